"""`user.enrol`, `user.update` and their like: the users of the project, their roles, and who is deactivated."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import KNOWN, OPERATORS, STAFF, Caller
from hero_assistance_server.languages.registry import TAG, TAG_LIMIT
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.example_fixtures import BOB, CAROL, DAVE
from hero_assistance_server.rpc.params import Email, OptionalText, PersonName, UserName, known_zone_or_none
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.time_zones import NAME_LIMIT as ZONE_LIMIT
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.login_rpc import LoginName
from hero_assistance_server.users.login_service import LoginAdministration
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import Left, UserAdministration, find_user

# Some ten lines.
SIGNATURE_LIMIT = 1000

_ERIN = DAVE | {"user_id": "erin-example", "name": "Erin Example", "email": "erin@example.org"}
_ENROLS = Example("Sales lets a customer in", "bob", {"email": "Erin@example.org", "name": "Erin Example"}, _ERIN)
_NOTHING_LEFT: dict[str, list[int]] = {"open_tickets": [], "macros": []}
_UPDATES = Example(
    "Dave joins the team",
    "alice",
    {"user_id": "dave", "role": "agent"},
    DAVE | {"role": "agent", "signature": ""} | _NOTHING_LEFT,
)
_ME = Example("Bob would not be watched", "bob", {"shows_presence": False}, BOB | {"shows_presence": False})
_SIGNS = Example("Bob signs his replies", "bob", {"signature": "Bob, Support"}, BOB | {"signature": "Bob, Support"})
_LEAVES = Example(
    "Bob leaves the team",
    "alice",
    {"user_id": "bob"},
    {"user": BOB | {"active": False}} | _NOTHING_LEFT,
)
_RETURNS = Example("Carol was never gone", "alice", {"user_id": "carol"}, CAROL)
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, Unavailable)


Language = Annotated[
    Annotated[str, StringConstraints(max_length=TAG_LIMIT, pattern=rf"^({TAG})?$")] | None,
    Field(description="A language tag such as `fr` or `pt-BR`; the empty text is none."),
]
OwnZone = Annotated[
    Annotated[str, Field(max_length=ZONE_LIMIT), AfterValidator(known_zone_or_none)] | None,
    Field(description="An IANA time zone, in which days begin for this user; the empty text is none."),
]


class Enrol(Params):
    """A new user, whose id is made of `name`; `login` is the name that the edge gives them, which an admin may bind."""

    email: Email
    name: PersonName
    role: wire.Role = wire.Role.CUSTOMER
    login: LoginName | None = None


class KnownUser(Params):
    """A user of this project."""

    user_id: UserName


class UpdateUser(KnownUser):
    """What changes; what is null stays. `unassign` is for an agent who becomes a customer, as in `user.deactivate`."""

    name: PersonName | None = None
    role: wire.Role | None = None
    email: Email | None = None
    language: Language = None
    time_zone: OwnZone = None
    unassign: bool = False


class UpdateMe(Params):
    """What the caller sets of themselves; what is null stays."""

    name: PersonName | None = None
    shows_presence: Annotated[
        bool | None, Field(description="False: others do not see at which ticket this agent is.")
    ] = None
    signature: Annotated[
        Annotated[OptionalText, Field(max_length=SIGNATURE_LIMIT)] | None,
        Field(description="What `{{agent.signature}}` of canned replies and macros is; the empty text is none."),
    ] = None
    language: Language = None
    time_zone: OwnZone = None


class Deactivate(KnownUser):
    """The user to refuse, and whether their open tickets lose their assignee."""

    unassign: bool = False


class Deactivated(Result):
    """The user, the open tickets that are still assigned to them, at most 200, and the macros that assign to them."""

    user: wire.User
    open_tickets: list[wire.TicketId]
    macros: list[int]


class UpdatedUser(wire.User):
    """The user; of one who cannot work on tickets what a `Deactivated` lists too, else nothing."""

    open_tickets: list[wire.TicketId]
    macros: list[int]


def _update(before: User, params: UpdateUser) -> User:
    return replace(
        before,
        name=params.name or before.name,
        role=params.role or before.role,
        email=fold_name(params.email) if params.email else before.email,
        **_list_chosen(params),
    )


def _list_chosen(params: UpdateUser | UpdateMe) -> dict[str, Any]:
    """Return language and time zone as far as they are given; the empty text chooses none."""
    given = {"language": params.language, "time_zone": params.time_zone}
    return {name: text or None for name, text in given.items() if text is not None}


def add_methods(table: MethodRegistry, administration: UserAdministration, logins: LoginAdministration) -> None:
    """Register the methods."""
    storage = administration.storage

    enrol_errors = [Unauthenticated, Forbidden, Conflict, Unavailable]

    @table.method("user.enrol", allow=STAFF | OPERATORS, page=True, errors=enrol_errors, examples=[_ENROLS])
    async def enrol(caller: Caller, params: Enrol) -> wire.User:
        """Enrol a user by their e-mail address, before their first visit: an agent a customer, an admin any user."""
        user = await storage.write(lambda work: _enrol(work, caller, params, administration, logins))
        return serializers.user(user, staff=True)

    @table.method("user.update", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_UPDATES])
    async def update_user(caller: Caller, params: UpdateUser) -> UpdatedUser:
        """Change a user's name, role, e-mail address, language or time zone; the last admin stays one.

        Tickets of an agent who becomes a customer stay assigned and are listed; with `unassign` each call takes the
        assignee off up to 200 of them.
        """
        require_change("user.update", params)

        def command(work: UnitOfWork) -> tuple[User, Left]:
            before = find_user(work, params.user_id)
            after = _update(before, params)
            return administration.change_and_unassign(work, caller, before, after, unassigns=params.unassign)

        user, left = await storage.write(command)
        shown = serializers.user(user, staff=True).model_dump()
        return UpdatedUser(**shown, open_tickets=list(left.tickets), macros=list(left.macros))

    @table.method("user.update_me", allow=KNOWN, adds=Usage.CHANGES, page=True, errors=_ERRORS, examples=[_ME, _SIGNS])
    async def update_me(caller: Caller, params: UpdateMe) -> wire.User:
        """Change the caller's own name, language and time zone, and as an agent signature and presence."""
        require_change("user.update_me", params)
        _check_own_settings(caller, params)

        def command(work: UnitOfWork) -> User:
            before = find_user(work, caller.known().user_id)
            after = replace(before, **(params.model_dump(exclude_none=True) | _list_chosen(params)))
            return administration.change(work, caller, before, after)

        return serializers.user(await storage.write(command), staff=True)

    _add_activation_methods(table, administration)


def _add_activation_methods(table: MethodRegistry, administration: UserAdministration) -> None:
    storage = administration.storage

    @table.method("user.deactivate", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_LEAVES])
    async def deactivate(caller: Caller, params: Deactivate) -> Deactivated:
        """Refuse a user everywhere from now on, and end their streams; what they wrote stays.

        `open_tickets` are still theirs; with `unassign` each call takes the assignee off up to 200 of them. Their own
        views, macros and canned replies are there again once they are reactivated.
        """

        def command(work: UnitOfWork) -> tuple[User, Left]:
            before = find_user(work, params.user_id)
            after = replace(before, active=False)
            return administration.change_and_unassign(work, caller, before, after, unassigns=params.unassign)

        user, left = await storage.write(command)
        shown = serializers.user(user, staff=True)
        return Deactivated(user=shown, open_tickets=list(left.tickets), macros=list(left.macros))

    @table.method("user.reactivate", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_RETURNS])
    async def reactivate(caller: Caller, params: KnownUser) -> wire.User:
        """Reactivate a user, with the role they had."""

        def command(work: UnitOfWork) -> User:
            before = find_user(work, params.user_id)
            return administration.change(work, caller, before, replace(before, active=True))

        return serializers.user(await storage.write(command), staff=True)


def _enrol(
    work: UnitOfWork, caller: Caller, params: Enrol, administration: UserAdministration, logins: LoginAdministration
) -> User:
    user = administration.enrol(work, caller, email=params.email, name=params.name, role=params.role)
    if params.login is not None:
        logins.bind_at_enrolment(work, caller, user, params.login)
    return user


def _check_own_settings(caller: Caller, params: UpdateMe) -> None:
    """Raise `Forbidden` for what customers do not set of themselves."""
    if caller.is_staff:
        return
    if params.shows_presence is False:
        raise Forbidden("customers always show at which of their tickets they are", kind=RefusalKind.TEAM_ONLY)
    if params.signature:
        raise Forbidden("signatures are of the team", kind=RefusalKind.TEAM_ONLY)
