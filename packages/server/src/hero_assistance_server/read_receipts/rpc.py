"""`read.*`: how far each person has read, and what is new to them."""

from __future__ import annotations

from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.read_receipts import rules as reading
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_LIMIT, KnownTicketId, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import events, tickets
from hero_assistance_server.storage.sqlite import read_receipts as reads
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.users.model import User

_READ = {"ticket_id": 1, "message_id": 1, "unread": 1}
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
    {"readers": [{"user_id": "bob", "message_id": 1, "at": NOTED}]},
    after=(_MARK,),
    varies=frozenset({"at"}),
)


class MarkRead(TicketParams):
    """Up to which message, 0 for none."""

    message_id: Annotated[int, Field(ge=0, le=ID_LIMIT)]
    back: Annotated[bool, Field(description="Also when more was read already: what comes after is unread again.")] = (
        False
    )


class ListReads(Params):
    """Which tickets; null asks for those that concern the caller and have something unread."""

    ticket_ids: Annotated[tuple[KnownTicketId, ...], Field(max_length=PAGE_LIMIT)] | None = None


class Read(Result):
    """The last message that the caller has read, 0 before the first, and how many of others came after it.

    More than 100 are counted as 100.
    """

    ticket_id: wire.TicketId
    message_id: wire.MessageId
    unread: int


class ReadList(Result):
    """How the caller stands with tickets, and what is unread on them together."""

    reads: list[Read]
    unread_tickets: int
    unread_messages: int
    seq: wire.Seq


class Reader(Result):
    """An agent, how far they have read, and when they last did."""

    user_id: wire.UserId
    message_id: wire.MessageId
    at: wire.Millis


class Readers(Result):
    """Agents, who read last first."""

    readers: list[Reader]


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("read.mark", allow=KNOWN, errors=[Unauthenticated, NotFound, Unavailable], examples=_MARKS)
    async def mark(caller: Caller, params: MarkRead) -> Read:
        """Say that a ticket is read up to a message; it moves forward, and back only when that is asked for."""
        return await store.write(lambda t: _mark(t, caller, params))

    @table.method("read.list", allow=KNOWN, errors=[Unauthenticated, Unavailable], examples=_LISTS)
    async def list_(caller: Caller, params: ListReads) -> ReadList:
        """Tell what is new: on the tickets of a list, or on those that concern the caller.

        Those are, for an agent, the 1,000 with the last activity that they take part in, otherwise that they see.
        """
        return await store.query(lambda db: _list(db, caller, params))

    @table.method(
        "read.of_ticket", allow=STAFF, errors=[Unauthenticated, Forbidden, NotFound, Unavailable], examples=[_OF_TICKET]
    )
    async def of_ticket(caller: Caller, params: TicketParams) -> Readers:
        """Tell which agents have read a ticket, and how far."""

        def query(db: apsw.Connection) -> list[reads.Reader]:
            visible(db, caller, params.ticket_id)
            return reads.agents(db, params.ticket_id)

        found = await store.query(query)
        return Readers(readers=[Reader(user_id=one.user_id, message_id=one.message_id, at=one.at) for one in found])


def _mark(transaction: SqliteUnitOfWork, caller: Caller, params: MarkRead) -> Read:
    db, by = transaction.connection, caller.known()
    ticket = visible(db, caller, params.ticket_id)
    before = reads.find(db, by.user_id, ticket.ticket_id)
    wanted = wire.MessageId(params.message_id)
    change = reading.mark(ticket=ticket, by=by, before=before, wanted=wanted, back=params.back)
    if change is not None and isinstance(change.record, wire.ReadMark):
        reads.save(db, by.user_id, ticket.ticket_id, change.record.message_id, transaction.now)
        transaction.tell(change)
    return _shown(db, by, [ticket.ticket_id])[0]


def _list(db: apsw.Connection, caller: Caller, params: ListReads) -> ReadList:
    reader = caller.known()
    if params.ticket_ids is None:
        found = [read for read in _shown(db, reader, reads.concerned(db, reader)) if read.unread]
    else:
        known = [tickets.find(db, ticket_id) for ticket_id in dict.fromkeys(params.ticket_ids)]
        seen = [ticket.ticket_id for ticket in known if ticket is not None and caller.sees(ticket)]
        found = _shown(db, reader, seen)
    return ReadList(
        reads=found,
        unread_tickets=sum(read.unread > 0 for read in found),
        unread_messages=sum(read.unread for read in found),
        seq=events.last_seq(db),
    )


def _shown(db: apsw.Connection, reader: User, ticket_ids: list[wire.TicketId]) -> list[Read]:
    found = reads.unread(db, reader, ticket_ids)
    return [Read(ticket_id=one.ticket_id, message_id=one.message_id, unread=one.unread) for one in found]
