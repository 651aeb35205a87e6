"""`read.*`: how far each user has read each ticket, and what is unread."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.read_receipts.repository import LATEST
from hero_assistance_server.read_receipts.service import iterate_agents, list_receipts, list_unread, mark_read
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_LIMIT, KnownTicketId, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

_READ = {"ticket_id": 1, "message_id": 1, "unread": 1, "opened": True}
_MARK = Call("bob", "read.mark", {"ticket_id": 1, "message_id": 1})
_MARKS = (
    Example("An agent has read the reply and not the note", _MARK.caller, _MARK.params, _READ),
    Example(
        "And wants to come back to it",
        "bob",
        {"ticket_id": 1, "message_id": 0, "back": True},
        _READ | {"message_id": 0},
        after=(_MARK,),
    ),
)
_LISTS = (
    Example(
        "What is new for a customer",
        "carol",
        {},
        {"reads": [_READ | {"message_id": 0}], "unread_tickets": 1, "unread_messages": 1, "seq": 3},
    ),
    Example(
        "How an agent stands with the tickets of a list",
        "bob",
        {"ticket_ids": [1]},
        {"reads": [_READ], "unread_tickets": 1, "unread_messages": 1, "seq": 4},
        after=(_MARK,),
    ),
)
_OF_TICKET = Example(
    "Who of the team has read it",
    "alice",
    {"ticket_id": 1},
    {"readers": [{"user_id": "bob", "message_id": 1, "at": NOTED}], "next_cursor": None},
    after=(_MARK,),
    varies=frozenset({"at"}),
)


class MarkRead(TicketParams):
    """The last message that is read; 0 for the ticket's own text alone."""

    message_id: Annotated[int, Field(ge=0, le=ID_LIMIT)]
    back: Annotated[bool, Field(description="Also when more was read already: what comes after is unread again.")] = (
        False
    )


class ListReads(Params):
    """The tickets; null asks for those that concern the caller and have something unread."""

    ticket_ids: Annotated[tuple[KnownTicketId, ...], Field(max_length=PAGE_LIMIT)] | None = None


class Read(Result):
    """The last message that the caller has read, 0 before the first, and how much of others is unread.

    A ticket is `opened` once the caller has marked it, has written on it or has filed it; until then its own text is
    counted as well. More than 100 are counted as 100. What was merged into a ticket is unread until it was read on
    either.
    """

    ticket_id: wire.TicketId
    message_id: wire.MessageId
    unread: int
    opened: bool


class ReadList(Result):
    """The read receipts of the caller, and the sum of the unread messages."""

    reads: list[Read]
    unread_tickets: int
    unread_messages: int
    seq: wire.Seq


class Reader(Result):
    """An agent, how far they have read, and when they last did."""

    user_id: wire.UserId
    message_id: wire.MessageId
    at: wire.Millis


class ListReaders(PageParams, TicketParams):
    """The ticket, and which page of its readers."""


class Readers(Result):
    """Agents, the one who read last first."""

    readers: list[Reader]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "read.mark",
        allow=KNOWN,
        adds=Usage.CHANGES,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=_MARKS,
    )
    async def mark(caller: Caller, params: MarkRead) -> Read:
        """Mark a ticket as read up to a message; moves the mark back only on request."""
        message_id = wire.MessageId(params.message_id)
        return _serialize(
            await storage.write(lambda work: mark_read(work, caller, params.ticket_id, message_id, back=params.back))
        )

    @table.method("read.list", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=_LISTS)
    async def list_(caller: Caller, params: ListReads) -> ReadList:
        """List the unread counts of given tickets, or of those that concern the caller.

        Those are the latest 1,000 tickets by activity that an agent takes part in, or that a customer sees.
        """
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))

    @table.method(
        "read.of_ticket", allow=STAFF, errors=[Unauthenticated, Forbidden, NotFound, Unavailable], examples=[_OF_TICKET]
    )
    async def of_ticket(caller: Caller, params: ListReaders) -> Encoded[Readers]:
        """List the agents who have read a ticket, and how far."""
        return await storage.read(lambda snapshot: _readers(snapshot, caller, params))


def _list(snapshot: Snapshot, caller: Caller, params: ListReads) -> ReadList:
    if params.ticket_ids is None:
        found = list_unread(snapshot, caller)
    else:
        found = list_receipts(snapshot, caller, params.ticket_ids)
    return ReadList(
        reads=[_serialize(receipt) for receipt in found],
        unread_tickets=sum(receipt.unread > 0 for receipt in found),
        unread_messages=sum(receipt.unread for receipt in found),
        seq=snapshot.events.last_seq(),
    )


def _readers(snapshot: Snapshot, caller: Caller, params: ListReaders) -> Encoded[Readers]:
    at, user_id = LATEST if params.cursor is None else place_at(params.cursor, int, str)
    page = fill_page(iterate_agents(snapshot, caller, params.ticket_id, (at, user_id)), _encode_reader, params.limit)
    cursor = None if page.last is None else cursor_at(page.last.at, page.last.user_id)
    return Encoded.of(Readers, readers=page.json, next_cursor=cursor)


def _encode_reader(one: TicketReader) -> bytes:
    return Reader(user_id=one.user_id, message_id=one.message_id, at=one.at).model_dump_json().encode()


def _serialize(receipt: ReadReceipt) -> Read:
    return Read(
        ticket_id=receipt.ticket_id, message_id=receipt.message_id, unread=receipt.unread, opened=receipt.opened
    )
