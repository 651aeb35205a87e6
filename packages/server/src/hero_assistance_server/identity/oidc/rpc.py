"""`auth.oidc_*`: signing in by an OpenID provider."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.oidc.service import OidcService
from hero_assistance_server.identity.permissions import EVERYONE, OPERATORS, Caller
from hero_assistance_server.identity.sign_in.rpc import DeviceName, Redeemed, serialize_sign_in
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.service import find_user

# Codes of providers are opaque; some are signed tokens.
_CODE_LIMIT = 4096
_TOKEN_LIMIT = 100
_UNBINDS = Example("Carol never signed in by it", "alice", {"user_id": "carol"}, False)

_Token = Annotated[str, Field(min_length=1, max_length=_TOKEN_LIMIT)]


class OidcStart(Result):
    """Where the browser goes, and what it keeps in a cookie that no script reads, for ten minutes."""

    url: str
    cookie: str


class OidcFinish(Params):
    """What the provider sent back with the browser, and the cookie that the browser kept."""

    code: Annotated[str, Field(min_length=1, max_length=_CODE_LIMIT)]
    state: _Token
    cookie: _Token
    device_name: DeviceName = "a browser"


class OidcUser(Params):
    """A user of this project."""

    user_id: UserName


def add_methods(table: MethodRegistry, service: OidcService) -> None:
    """Register the methods."""
    errors = [NotFound, Forbidden, Conflict, Unavailable]

    @table.method("auth.oidc_start", allow=EVERYONE, errors=errors)
    async def start(caller: Caller, _params: NoParams) -> OidcStart:
        """Begin to sign in at the OpenID provider of this project."""
        departure = await service.start(caller)
        return OidcStart(url=departure.url, cookie=departure.cookie)

    @table.method("auth.oidc_finish", allow=EVERYONE, errors=errors)
    async def finish(caller: Caller, params: OidcFinish) -> Redeemed:
        """Sign in whom the provider names: by who they were last time, else by their verified e-mail address.

        Where the project takes newcomers, a user whom it does not know becomes a customer.
        """
        signed_in = await service.finish(
            caller, cookie=params.cookie, state=params.state, code=params.code, device_name=params.device_name
        )
        return serialize_sign_in(signed_in)

    @table.method(
        "user.unbind_oidc",
        allow=OPERATORS,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_UNBINDS],
    )
    async def unbind(caller: Caller, params: OidcUser) -> bool:
        """Forget who of the provider a user is; returns whether that was known.

        The next one of the provider who has the user's e-mail address signs in as them.
        """
        storage = service.sign_in.storage
        return await storage.write(lambda work: service.unbind(work, caller, find_user(work, params.user_id)))
