"""`ticket.merge` and `ticket.split`: messages that belong elsewhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import NOTED, TICKET
from hero_assistance_server.rpc.params import KnownMessageId, KnownTicketId, TicketParams, Title
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.change_service import merge_tickets, split_ticket
from hero_assistance_server.tickets.model import Ticket

# More than this are moved in several calls.
SPLIT_LIMIT = 1000

_SAYS = {"author": "carol", "kind": "reply", "excerpt": "And my keyboard is broken."}
_MERGES = Example(
    "Carol wrote twice about the same",
    "bob",
    {"ticket_id": 2, "into": 1},
    TICKET
    | {
        "status": "open",
        "message_count": 3,
        "last_message_id": 3,
        "last_message": _SAYS | {"excerpt": "**VPN!** Still nothing."},
    },
    after=(Call("carol", "ticket.create", {"title": "VPN!", "body": "Still nothing."}),),
)
_SPLITS = Example(
    "Her reply was about something else",
    "bob",
    {"ticket_id": 1, "message_ids": [3], "title": "A new keyboard"},
    TICKET
    | {
        "ticket_id": 2,
        "title": "A new keyboard",
        "body": "",
        "excerpt": "",
        "status": "open",
        "split_from": 1,
        "created_at": NOTED,
        "message_count": 1,
        "last_message_id": 3,
        "last_message": _SAYS,
    },
    after=(Call("carol", "message.reply", {"ticket_id": 1, "body": "And my keyboard is broken."}),),
)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, Unavailable)


class MergeTicket(TicketParams):
    """Which ticket goes into which."""

    into: KnownTicketId
    reopen: Annotated[bool, Field(description="Open the other ticket if it is closed; else that is refused.")] = False


class SplitTicket(TicketParams):
    """Which messages become a ticket of their own."""

    message_ids: Annotated[tuple[KnownMessageId, ...], Field(min_length=1, max_length=SPLIT_LIMIT)]
    title: Title


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method("ticket.merge", allow=STAFF, page=True, errors=_ERRORS, examples=[_MERGES])
    async def merge(caller: Caller, params: MergeTicket) -> wire.Ticket:
        """Move everything that was said on a ticket to another one, and close it; answers with the other one.

        It takes two tickets that the same people see. The other one opens, as by a customer's reply, when the merged
        one was unanswered. The merged one stays closed: what its customer replies to it is written on the other one,
        and an agent who writes there is refused with `merged_into`. `ticket.split` undoes it.
        """
        merged = await storage.write(lambda work: _merge(work, caller, params))
        return serializers.ticket(merged, staff=caller.is_staff)

    @table.method("ticket.split", allow=STAFF, page=True, errors=_ERRORS, examples=[_SPLITS])
    async def split(caller: Caller, params: SplitTicket) -> wire.Ticket:
        """Make a ticket of its own of some messages, for the same people; answers with the new one."""
        made = await storage.write(
            lambda work: split_ticket(work, caller, params.ticket_id, params.message_ids, params.title)
        )
        return serializers.ticket(made, staff=caller.is_staff)


def _merge(work: UnitOfWork, caller: Caller, params: MergeTicket) -> Ticket:
    return merge_tickets(work, caller, params.ticket_id, params.into, reopen=params.reopen)
