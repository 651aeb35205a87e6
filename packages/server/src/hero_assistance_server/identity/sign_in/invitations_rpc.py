"""`user.add` and `user.link`: users by their e-mail address, and links for them."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import OPERATORS, Caller, CallerKind
from hero_assistance_server.identity.sign_in.invitations import Access, Invitations
from hero_assistance_server.rpc.example_fixtures import DAVE
from hero_assistance_server.rpc.params import Email, PersonName
from hero_assistance_server.rpc.registry import MethodRegistry

_ERIN = DAVE | {"user_id": "erin", "name": "Erin", "email": "erin@example.org"}
_NO_LINK = {"link": None, "mailed": False}
_ADDS = Example(
    "An admin invites Erin",
    "alice",
    {"email": "Erin@example.org", "name": "Erin"},
    {"user": _ERIN, "code": None, "expires_at": 1} | _NO_LINK,
)
_LINKS = Example(
    "The operator lets Erin in once more",
    "operator",
    {"email": "erin@example.org"},
    {"user": _ERIN, "code": "012345", "expires_at": 1} | _NO_LINK,
    after=(Call("alice", "user.add", {"email": "erin@example.org", "name": "Erin"}),),
    varies=frozenset({"code"}),
)


class AddUser(Params):
    """An address; what is null is as it was, and for a new user a customer who is named after the address."""

    email: Email
    role: wire.Role | None = None
    name: PersonName | None = None


class UserAddress(Params):
    """The address of a user."""

    email: Email


class UserAccess(Result):
    """A user, and how they sign in for the first time.

    `link` and `code` are for the operator, who hands over one of them, and null for an admin; `link` is null while the
    page has no address. `mailed` says that a letter with both is on its way.
    """

    user: wire.User
    link: str | None
    code: str | None
    expires_at: wire.Millis
    mailed: bool


def add_methods(table: MethodRegistry, invitations: Invitations) -> None:
    """Register the methods."""
    storage = invitations.users.storage
    errors = [Unauthenticated, Forbidden, Conflict, Unavailable]

    @table.method("user.add", allow=OPERATORS, page=True, errors=errors, examples=[_ADDS])
    async def add(caller: Caller, params: AddUser) -> UserAccess:
        """Add a user by their e-mail address and mail them a link of a week; one who is there gets the role."""
        access = await storage.write(
            lambda work: invitations.add(work, caller, email=params.email, name=params.name, role=params.role)
        )
        return _serialize(access, caller)

    @table.method(
        "user.link",
        allow=frozenset({CallerKind.OPERATOR}),
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_LINKS],
    )
    async def link(caller: Caller, params: UserAddress) -> UserAccess:
        """Make a link and a code that sign a user in once, within a day; the operator hands one of them over."""
        return _serialize(await storage.write(lambda work: invitations.link(work, caller, params.email)), caller)


def _serialize(access: Access, caller: Caller) -> UserAccess:
    may_see = caller.is_operator
    return UserAccess(
        user=serializers.user(access.user, staff=True),
        link=access.link if may_see else None,
        code=access.code if may_see else None,
        expires_at=access.expires_at,
        mailed=access.mailed,
    )
