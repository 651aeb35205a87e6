"""`user.add` and `user.link`: users by their e-mail address, and links for them."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import OPERATORS, Caller, CallerKind
from hero_assistance_server.identity.sign_in.invitations import Access, UserInvitations
from hero_assistance_server.rpc.example_fixtures import DAVE
from hero_assistance_server.rpc.params import Email, PersonName
from hero_assistance_server.rpc.registry import MethodRegistry

_ERIN = DAVE | {"user_id": "erin", "name": "Erin", "email": "erin@example.org"}
_NO_LINK = {"link": None, "mailed": False}
_NO_CODE = {"code": None, "code_expires_at": None}
_ADDS = Example(
    "An admin invites Erin",
    "alice",
    {"email": "Erin@example.org", "name": "Erin"},
    {"user": _ERIN, "expires_at": 1} | _NO_CODE | _NO_LINK,
)
_LINKS = Example(
    "The operator lets Erin in once more",
    "operator",
    {"email": "erin@example.org"},
    {"user": _ERIN, "code": "012345", "code_expires_at": 1, "expires_at": 1} | _NO_LINK,
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

    `link`, which counts until `expires_at`, and `code`, which counts for 15 minutes, are for the operator, who hands
    over one of them. An admin gets the `link` where no letter can bring it and the user was never here, and else null,
    as `code` is; `link` is null while the page has no address. `mailed` says that a letter with the link is on its way.
    """

    user: wire.User
    link: str | None
    expires_at: wire.Millis
    code: str | None
    code_expires_at: wire.Millis | None
    mailed: bool


def add_methods(table: MethodRegistry, invitations: UserInvitations) -> None:
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
        """Make a link that signs a user in within a day, or a code within 15 minutes; the operator hands one over."""
        return _serialize(await storage.write(lambda work: invitations.link(work, caller, params.email)), caller)


def _serialize(access: Access, caller: Caller) -> UserAccess:
    may_see = caller.is_operator
    return UserAccess(
        user=serializers.user(access.user, staff=True),
        link=access.link if may_see or access.is_for_admin else None,
        expires_at=access.expires_at,
        code=access.code if may_see else None,
        code_expires_at=access.code_expires_at if may_see else None,
        mailed=access.mailed,
    )
