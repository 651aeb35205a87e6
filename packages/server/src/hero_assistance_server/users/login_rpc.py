"""`user.bind_login`, `user.unbind_login` and `user.logins`: the names by which the edge knows users."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.rpc.example_fixtures import FILED
from hero_assistance_server.rpc.params import PAGE_DEFAULT, PageLimit, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.login_names import LOGIN_LIMIT, is_login
from hero_assistance_server.users.login_service import LoginAdministration
from hero_assistance_server.users.model import Login

_BINDS = Example(
    "The edge calls Bob by another name",
    "alice",
    {"user_id": "bob", "login": "robert@corp"},
    {"login": "robert@corp", "user_id": "bob", "bound_at": FILED},
)
_UNBINDS = Example("A name that is bound to no user", "alice", {"login": "mallory"}, False)
_LISTS = Example(
    "By which name Bob comes in",
    "alice",
    {"user_id": "bob"},
    {"logins": [{"login": "bob", "user_id": "bob", "bound_at": FILED}], "next_after": None},
)
_ERRORS = (Unauthenticated, Forbidden, Unavailable)


def _check_login(text: str) -> str:
    if not is_login(text):
        raise ValueFault("a login is printable and has no spaces", FaultKind.LOGIN)
    return text


LoginName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LOGIN_LIMIT),
    AfterValidator(_check_login),
    Field(description="A name as the edge gives it in X-Hero-User; capitals do not matter."),
]


class BindLogin(Params):
    """A user of this project, and a name of theirs."""

    user_id: UserName
    login: LoginName


class UnbindLogin(Params):
    """A name that is taken off its user."""

    login: LoginName


class ListLogins(Params):
    """Whose logins; null means every user's."""

    user_id: UserName | None = None
    after: Annotated[str, Field(max_length=LOGIN_LIMIT, description="`next_after` of the page before.")] | None = None
    limit: PageLimit = PAGE_DEFAULT


class BoundLogin(Result):
    """A name by which the edge knows a user."""

    login: str
    user_id: wire.UserId
    bound_at: wire.Millis


class LoginPage(Result):
    """Logins in order; `next_after` asks for the next page, null at the end."""

    logins: list[BoundLogin]
    next_after: str | None


def add_methods(table: MethodRegistry, administration: LoginAdministration) -> None:
    """Register the methods."""
    storage = administration.storage

    @table.method("user.bind_login", allow=OPERATORS, errors=[*_ERRORS, NotFound, Conflict], examples=[_BINDS])
    async def bind(caller: Caller, params: BindLogin) -> BoundLogin:
        """Bind a name that the edge gives in X-Hero-User to a user, who may have several.

        Nothing else makes it stand for an agent or an admin, except an e-mail address that the edge vouches for.
        """
        return _serialize_login(
            await storage.write(lambda work: administration.bind(work, caller, params.user_id, params.login))
        )

    @table.method("user.unbind_login", allow=OPERATORS, errors=[*_ERRORS, Conflict], examples=[_UNBINDS])
    async def unbind(caller: Caller, params: UnbindLogin) -> bool:
        """Take a name off its user, whose streams end; returns whether it was bound.

        When the edge gives the name again, it is a new customer's.
        """
        return await storage.write(lambda work: administration.unbind(work, caller, params.login))

    @table.method("user.logins", allow=OPERATORS, errors=_ERRORS, examples=[_LISTS])
    async def list_(_caller: Caller, params: ListLogins) -> LoginPage:
        """List the names by which the edge knows a user, or every user."""
        after, limit = params.after or "", params.limit
        found = await storage.read(lambda snapshot: snapshot.logins.list_after(after, limit + 1, params.user_id))
        page = [_serialize_login(login) for login in found[:limit]]
        return LoginPage(logins=page, next_after=page[-1].login if len(found) > limit else None)


def _serialize_login(login: Login) -> BoundLogin:
    return BoundLogin(login=login.login, user_id=login.user_id, bound_at=login.bound_at)
