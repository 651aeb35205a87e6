"""`user.enrol` and what follows: who is of this project, in which role, and whether still."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.authentication import is_user_id
from hero_assistance_server.identity.permissions import ADMINS, KNOWN, STAFF, Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.example_fixtures import BOB, CAROL, DAVE
from hero_assistance_server.rpc.params import Email, PersonName, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import project, users
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.tickets.update_rpc import known_user
from hero_assistance_server.users import rules as commands
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import User

# What one call takes off somebody; more are taken off by calling again.
UNASSIGN_LIMIT = 200

_ERIN = DAVE | {"user_id": "erin-example", "name": "Erin Example", "email": "erin@example.org"}
_ENROLS = Example("Sales lets a customer in", "bob", {"email": "Erin@example.org", "name": "Erin Example"}, _ERIN)
_UPDATES = Example("Dave joins the team", "alice", {"user_id": "dave", "role": "agent"}, DAVE | {"role": "agent"})
_ME = Example("Bob would not be watched", "bob", {"shows_presence": False}, BOB | {"shows_presence": False})
_LEAVES = Example(
    "Bob leaves the team",
    "alice",
    {"user_id": "bob"},
    {"user": BOB | {"active": False}, "open_tickets": []},
)
_RETURNS = Example("Carol was never gone", "alice", {"user_id": "carol"}, CAROL)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, Unavailable)


def _printable(text: str) -> str:
    if not is_user_id(text):
        raise ValueError("a user name is printable and has no spaces")
    return text


class Enrol(Params):
    """Who comes in; `user_id` is what the edge names them, and else made of the name."""

    email: Email
    name: PersonName
    role: wire.Role = wire.Role.CUSTOMER
    user_id: Annotated[UserName, AfterValidator(_printable)] | None = None


class KnownUser(Params):
    """Somebody of this project."""

    user_id: UserName


class UpdateUser(KnownUser):
    """What is to be another; what is null stays."""

    name: PersonName | None = None
    role: wire.Role | None = None
    email: Email | None = None


class UpdateMe(Params):
    """What the caller sets of themselves; what is null stays."""

    name: PersonName | None = None
    shows_presence: Annotated[
        bool | None, Field(description="False: nobody is shown at which ticket this agent is.")
    ] = None


class Deactivate(KnownUser):
    """Who may do nothing here any more, and whether what they had is anybody's then."""

    unassign: bool = False


class Deactivated(Result):
    """The user, and the tickets that are not done and still assigned to them, at most 200."""

    user: wire.User
    open_tickets: list[wire.TicketId]


class People:
    """Writes users; memory and streams follow each commit."""

    def __init__(self, store: Store, directory: Directory, hub: Hub) -> None:
        self.store, self._directory, self._hub = store, directory, hub

    def enrol(self, transaction: SqliteUnitOfWork, caller: Caller, params: Enrol) -> User:
        """Add somebody; raises `Conflict` for an address or a name that is taken."""
        db, email = transaction.connection, params.email.lower()
        commands.may_enrol(caller.known(), params.role)
        if users.with_email(db, email) is not None:
            raise Conflict("somebody of this project has this e-mail address", hint="user.list names them")
        user_id = params.user_id or commands.user_id_of(params.name, lambda name: users.find(db, name) is not None)
        if users.find(db, user_id) is not None:
            raise Conflict(f"there is a user {user_id} already", hint="user.update changes them")
        user = User(user_id, params.name, params.role, email)
        users.save(db, user, transaction.now)
        transaction.apply(commands.enrolled(user), caller)
        transaction.afterwards.append(partial(self._directory.add, user))
        return user

    def change(self, transaction: SqliteUnitOfWork, caller: Caller, before: User, after: User) -> User:
        """Write what differs; a changed role and deactivation end the person's streams."""
        db = transaction.connection
        if after.email != before.email and after.email and users.with_email(db, after.email):
            raise Conflict("somebody of this project has this e-mail address", hint="user.list names them")
        change = commands.changed(
            before,
            after,
            other_admins=users.other_admins(db, before.user_id),
            sharers=users.sharers(transaction.settled(), before.user_id),
        )
        if change is not None:
            users.save(db, after, transaction.now)
            transaction.apply(change, caller)
            transaction.afterwards.append(partial(self._follow, before, after))
        return after

    def _follow(self, before: User, after: User) -> None:
        self._directory.add(after)
        if commands.ends_streams(before, after):
            self._hub.end_reader(after.user_id)
        elif not after.shows_presence:
            self._hub.hide(after.user_id)


def add_methods(table: MethodRegistry, people: People) -> None:
    """Register the methods."""
    store = people.store

    @table.method(
        "user.enrol", allow=STAFF, errors=[Unauthenticated, Forbidden, Conflict, Unavailable], examples=[_ENROLS]
    )
    async def enrol(caller: Caller, params: Enrol) -> wire.User:
        """Let somebody in by their e-mail address, before they come: an agent a customer, an admin anybody."""
        return serializers.user(await store.write(lambda t: people.enrol(t, caller, params)), staff=True)

    @table.method("user.update", allow=ADMINS, errors=_ERRORS, examples=[_UPDATES])
    async def update_user(caller: Caller, params: UpdateUser) -> wire.User:
        """Give somebody another name, role or e-mail address; the last admin stays one."""

        def command(transaction: SqliteUnitOfWork) -> User:
            before = known_user(transaction.connection, params.user_id)
            after = replace(
                before,
                name=params.name or before.name,
                role=params.role or before.role,
                email=params.email.lower() if params.email else before.email,
            )
            return people.change(transaction, caller, before, after)

        return serializers.user(await store.write(command), staff=True)

    @table.method("user.update_me", allow=KNOWN, errors=_ERRORS, examples=[_ME])
    async def update_me(caller: Caller, params: UpdateMe) -> wire.User:
        """Take another name, or, as an agent, show nobody at which ticket one is."""
        if params.shows_presence is False and not caller.is_staff:
            raise Forbidden("customers always show at which of their tickets they are")

        def command(transaction: SqliteUnitOfWork) -> User:
            before = known_user(transaction.connection, caller.known().user_id)
            shows = before.shows_presence if params.shows_presence is None else params.shows_presence
            after = replace(before, name=params.name or before.name, shows_presence=shows)
            return people.change(transaction, caller, before, after)

        return serializers.user(await store.write(command), staff=True)

    @table.method("user.deactivate", allow=ADMINS, errors=_ERRORS, examples=[_LEAVES])
    async def deactivate(caller: Caller, params: Deactivate) -> Deactivated:
        """Refuse somebody everywhere from now on, and end their streams; what they wrote stays.

        `open_tickets` are still theirs; with `unassign` up to 200 become nobody's, by each call.
        """
        return await store.write(lambda t: _deactivate(t, people, caller, params))

    @table.method("user.reactivate", allow=ADMINS, errors=_ERRORS, examples=[_RETURNS])
    async def reactivate(caller: Caller, params: KnownUser) -> wire.User:
        """Let somebody in again who was deactivated, as what they were."""

        def command(transaction: SqliteUnitOfWork) -> User:
            before = known_user(transaction.connection, params.user_id)
            return people.change(transaction, caller, before, replace(before, active=True))

        return serializers.user(await store.write(command), staff=True)


def _deactivate(transaction: SqliteUnitOfWork, people: People, caller: Caller, params: Deactivate) -> Deactivated:
    db = transaction.connection
    before = known_user(db, params.user_id)
    after = people.change(transaction, caller, before, replace(before, active=False))
    if params.unassign:
        for ticket_id in users.open_tickets(transaction.settled(), after.user_id, UNASSIGN_LIMIT):
            _unassign(transaction, caller, ticket_id)
    left = users.open_tickets(transaction.settled(), after.user_id, UNASSIGN_LIMIT)
    return Deactivated(user=serializers.user(after, staff=True), open_tickets=left)


def _unassign(transaction: SqliteUnitOfWork, caller: Caller, ticket_id: wire.TicketId) -> None:
    db = transaction.connection
    change = update(
        ticket=visible(db, caller, ticket_id),
        by=caller.known(),
        patch=Patch(assignee=None),
        targets=project.targets(db),
        now=transaction.now,
    )
    if change is not None:
        transaction.apply(change, caller)
