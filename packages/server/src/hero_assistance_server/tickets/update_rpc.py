"""`ticket.update` and who takes part: fields, followers and collaborators of one ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_server.drafts.rules import DraftKey
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import CAROLS_TICKET, FILE_ANOTHER, NEW_TICKET, REPLIED, TICKET
from hero_assistance_server.rpc.params import KnownTime, Tags, TicketParams, Title, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import drafts, project, users
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets import rules as commands
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.tickets.ticket_update import UNSET, Patch, Unset, update
from hero_assistance_server.timestamps import time_of
from hero_assistance_server.users.model import User

_YEAR_2100 = 4_102_444_800_000

_UPDATES = (
    Example(
        "An agent takes it, and says what it is about",
        "bob",
        {"ticket_id": 1, "assignee": "bob", "priority": "urgent", "add_tags": ["gateway"]},
        TICKET | {"assignee": "bob", "priority": "urgent", "tags": ["vpn", "gateway"]},
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
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, Unavailable)

Command = Callable[[SqliteUnitOfWork, Ticket], Iterable[AnyChange]]


class TicketFields(Params):
    """What is to be set; what is not given, or null, stays as it is."""

    title: Title | None = None
    priority: wire.Priority | None = None
    status: wire.Status | None = None
    snoozed_until: Annotated[KnownTime | None, Field(description="Goes with the status snoozed.")] = None
    assignee: Annotated[UserName | None, Field(description="An agent; null, when given, is nobody.")] = None
    tags: Tags | None = None
    add_tags: Tags | None = None
    remove_tags: Tags | None = None


class UpdateTicket(TicketFields, TicketParams):
    """What is to be set on one ticket."""


class Guest(TicketParams):
    """A ticket, and somebody outside the team."""

    user_id: UserName


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method("ticket.update", allow=KNOWN, errors=_ERRORS, examples=_UPDATES)
    async def update_(caller: Caller, params: UpdateTicket) -> Encoded[wire.Ticket]:
        """Set fields of a ticket, all at once: an agent any of them, its customer the status solved or open."""
        return await _changed(store, caller, params.ticket_id, lambda t, ticket: _update(t, ticket, caller, params))

    @table.method("ticket.follow", allow=STAFF, errors=_ERRORS, examples=[_FOLLOWS])
    async def follow(caller: Caller, params: TicketParams) -> Encoded[wire.Ticket]:
        """Take part in a ticket."""
        return await _changed(store, caller, params.ticket_id, _following(caller, True))

    @table.method("ticket.unfollow", allow=STAFF, errors=_ERRORS, examples=[_UNFOLLOWS])
    async def unfollow(caller: Caller, params: TicketParams) -> Encoded[wire.Ticket]:
        """Take part in a ticket no more."""
        return await _changed(store, caller, params.ticket_id, _following(caller, False))

    @table.method("ticket.invite", allow=STAFF, errors=_ERRORS, examples=[_INVITES])
    async def invite(caller: Caller, params: Guest) -> Encoded[wire.Ticket]:
        """Let a customer see somebody else's ticket, and write on it, as if it were theirs."""

        def command(transaction: SqliteUnitOfWork, ticket: Ticket) -> Iterable[AnyChange]:
            guest = known_user(transaction.connection, params.user_id)
            return commands.invite(ticket=ticket, guest=guest, now=transaction.now)

        return await _changed(store, caller, params.ticket_id, command)

    @table.method("ticket.uninvite", allow=STAFF, errors=_ERRORS, examples=[_UNINVITES])
    async def uninvite(caller: Caller, params: Guest) -> Encoded[wire.Ticket]:
        """Take a collaborator off a ticket; it vanishes from their list."""

        def command(transaction: SqliteUnitOfWork, ticket: Ticket) -> Iterable[AnyChange]:
            # It hangs on the ticket, which their screens are told to forget.
            key = DraftKey(params.user_id, ticket.ticket_id, wire.MessageKind.REPLY)
            drafts.delete(transaction.connection, key)
            return commands.uninvite(ticket=ticket, guest=params.user_id, now=transaction.now)

        return await _changed(store, caller, params.ticket_id, command)


async def _changed(
    store: Store,
    caller: Caller,
    ticket_id: wire.TicketId,
    command: Callable[[SqliteUnitOfWork, Ticket], Iterable[AnyChange]],
) -> Encoded[wire.Ticket]:
    """Apply a command's changes to a ticket, and answer with it as the caller sees it afterwards."""

    def run(transaction: SqliteUnitOfWork) -> Encoded[wire.Ticket]:
        ticket = visible(transaction.connection, caller, ticket_id)
        for change in command(transaction, ticket):
            transaction.apply(change, caller)
            if change.ticket is not None and change.ticket.ticket_id == ticket_id:
                ticket = change.ticket
        return transaction.shown(ticket, caller)

    return await store.write(run)


def _following(caller: Caller, is_so: bool) -> Command:
    agent = caller.known()
    return lambda t, ticket: _maybe(commands.follow(ticket=ticket, agent=agent, following=is_so, now=t.now))


def patch_of(db: apsw.Connection, params: TicketFields) -> Patch:
    """What `params` ask for; raises `NotFound` for an assignee whom nobody knows."""
    assignee: User | Unset | None = UNSET
    if "assignee" in params.model_fields_set:
        assignee = None if params.assignee is None else known_user(db, params.assignee)
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


def known_user(db: apsw.Connection, user_id: wire.UserId) -> User:
    """A person of this project; raises `NotFound`."""
    user = users.find(db, user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id}", hint="user.list names everybody")
    return user


def _update(transaction: SqliteUnitOfWork, ticket: Ticket, caller: Caller, params: UpdateTicket) -> Iterable[AnyChange]:
    db = transaction.connection
    return _maybe(
        update(
            ticket=ticket,
            by=caller.known(),
            patch=patch_of(db, params),
            targets=project.targets(db),
            now=transaction.now,
        )
    )


def _maybe(change: AnyChange | None) -> Iterable[AnyChange]:
    return () if change is None else (change,)
