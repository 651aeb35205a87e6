"""`ticket.update` and who takes part: fields, followers and collaborators of one ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.example_fixtures import CAROLS_TICKET, FILE_ANOTHER, NEW_TICKET, REPLIED, TICKET
from hero_assistance_server.rpc.params import KnownTime, Tags, TicketParams, Title, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.tickets import change_service
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import UNSET, Patch, Unset, check_settable
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.timestamps import time_of
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import find_user

_YEAR_2100 = 4_102_444_800_000

_UPDATES = (
    Example(
        "An agent takes it, and says what it is about",
        "bob",
        {"ticket_id": 1, "assignee": "bob", "priority": "urgent", "add_tags": ["gateway"]},
        TICKET | {"assignee": "bob", "assignee_name": "Bob", "priority": "urgent", "tags": ["vpn", "gateway"]},
    ),
    Example(
        "It sleeps until a certain time",
        "bob",
        {"ticket_id": 1, "status": "snoozed", "snoozed_until": _YEAR_2100},
        TICKET | {"status": "snoozed", "snoozed_until": _YEAR_2100},
    ),
    Example(
        "The customer says that it is solved",
        "carol",
        {"ticket_id": 1, "status": "solved"},
        CAROLS_TICKET | {"status": "solved", "solved_at": REPLIED},
    ),
)
_FOLLOWS = Example(
    "An agent takes part",
    "alice",
    {"ticket_id": 2},
    NEW_TICKET | {"followers": ["alice"]},
    after=(FILE_ANOTHER,),
)
_UNFOLLOWS = Example("An agent leaves it to the others", "bob", {"ticket_id": 1}, TICKET | {"followers": ["alice"]})
_INVITES = Example(
    "Dave shall see it too", "bob", {"ticket_id": 1, "user_id": "dave"}, TICKET | {"collaborators": ["dave"]}
)
_UNINVITES = Example(
    "Dave shall see it no more",
    "bob",
    {"ticket_id": 1, "user_id": "dave"},
    TICKET,
    after=(Call("bob", "ticket.invite", {"ticket_id": 1, "user_id": "dave"}),),
)
# A null takes away what is there; one of any other param leaves it.
NULLABLE = frozenset({"assignee"})
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, Unavailable)


class TicketFields(Params):
    """What is to be set; what is not given, or null, stays as it is."""

    title: Title | None = None
    priority: wire.Priority | None = None
    status: wire.Status | None = None
    snoozed_until: Annotated[KnownTime | None, Field(description="Goes with the status snoozed.")] = None
    assignee: Annotated[UserName | None, Field(description="An agent; an explicit null removes the assignee.")] = None
    tags: Tags | None = None
    add_tags: Tags | None = None
    remove_tags: Tags | None = None


class UpdateTicket(TicketFields, TicketParams):
    """What is to be set on one ticket."""


class Guest(TicketParams):
    """A ticket, and a customer."""

    user_id: UserName


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method("ticket.update", allow=KNOWN, adds=Usage.CHANGES, page=True, errors=_ERRORS, examples=_UPDATES)
    async def update_(caller: Caller, params: UpdateTicket) -> Encoded[wire.Ticket]:
        """Set fields of a ticket, all at once: an agent any of them, its customer the status solved or open."""
        require_change("ticket.update", params, nullable=NULLABLE)

        def command(work: UnitOfWork) -> Ticket:
            ticket = visible_ticket(work, caller, params.ticket_id)
            if params.assignee is not None:
                check_settable({"assignee"}, caller.known())
            return change_service.update_ticket(work, caller, ticket, build_patch(work, params))

        return await _answer(storage, caller, command)

    @table.method("ticket.follow", allow=STAFF, page=True, errors=_ERRORS, examples=[_FOLLOWS])
    async def follow(caller: Caller, params: TicketParams) -> Encoded[wire.Ticket]:
        """Follow a ticket."""
        return await _answer(
            storage, caller, lambda work: change_service.follow_ticket(work, caller, params.ticket_id, following=True)
        )

    @table.method("ticket.unfollow", allow=STAFF, page=True, errors=_ERRORS, examples=[_UNFOLLOWS])
    async def unfollow(caller: Caller, params: TicketParams) -> Encoded[wire.Ticket]:
        """Stop following a ticket."""
        return await _answer(
            storage, caller, lambda work: change_service.follow_ticket(work, caller, params.ticket_id, following=False)
        )

    @table.method("ticket.invite", allow=STAFF, page=True, errors=_ERRORS, examples=[_INVITES])
    async def invite(caller: Caller, params: Guest) -> Encoded[wire.Ticket]:
        """Make a customer a collaborator, who sees the ticket and replies like its customer."""
        return await _answer(
            storage, caller, lambda work: change_service.invite(work, caller, params.ticket_id, params.user_id)
        )

    @table.method("ticket.uninvite", allow=KNOWN, adds=Usage.CHANGES, page=True, errors=_ERRORS, examples=[_UNINVITES])
    async def uninvite(caller: Caller, params: Guest) -> Encoded[wire.Ticket]:
        """Remove a collaborator from a ticket, which disappears from their list: an agent, its customer or they."""
        return await _answer(
            storage, caller, lambda work: change_service.uninvite(work, caller, params.ticket_id, params.user_id)
        )


def build_patch(snapshot: Snapshot, params: TicketFields) -> Patch:
    """Return what `params` ask for; raises `NotFound` for an assignee who is no user."""
    assignee: User | Unset | None = UNSET
    if "assignee" in params.model_fields_set:
        assignee = None if params.assignee is None else find_user(snapshot, params.assignee)
    return Patch(
        title=UNSET if params.title is None else params.title,
        priority=UNSET if params.priority is None else params.priority,
        status=UNSET if params.status is None else params.status,
        snoozed_until=UNSET if params.snoozed_until is None else time_of(params.snoozed_until),
        assignee=assignee,
        tags=UNSET if params.tags is None else params.tags,
        add_tags=UNSET if params.add_tags is None else params.add_tags,
        remove_tags=UNSET if params.remove_tags is None else params.remove_tags,
    )


async def _answer(storage: Storage, caller: Caller, command: Callable[[UnitOfWork], Ticket]) -> Encoded[wire.Ticket]:
    """Run a command, and answer with its ticket as the caller sees it."""
    return await storage.write(lambda work: work.serialize_ticket(command(work), caller))
