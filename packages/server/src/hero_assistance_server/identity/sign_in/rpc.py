"""`auth.request_link`, `auth.redeem` and `auth.sign_out`: signing in by a mailed link or code, and out again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.devices.service import UNBOUND
from hero_assistance_server.identity.permissions import EVERYONE, Caller
from hero_assistance_server.identity.secret_tokens import CODE_DIGITS
from hero_assistance_server.identity.sessions.service import SIGNED_OUT
from hero_assistance_server.identity.sign_in.links import LinkOrCode
from hero_assistance_server.identity.sign_in.service import SignedIn, SignInService
from hero_assistance_server.languages.registry import TAG as LANGUAGE
from hero_assistance_server.languages.registry import TAG_LIMIT as LANGUAGE_LIMIT
from hero_assistance_server.rpc.params import NAME_LIMIT, Email, Fault, PersonName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import UnitOfWork

_TOKEN_LIMIT = 100
_ASKS = Example("A user wants to sign in", "carol", {"email": "carol@example.org"}, True)
_LEAVES = Example("A caller without a session", "carol", {}, False)

DeviceName = Annotated[
    PersonName,
    Field(description=f"What a list of sessions and devices calls this one; at most {NAME_LIMIT} characters."),
]


class RequestLink(Params):
    """The address that the link is mailed to, and the language in which it is asked for."""

    email: Email
    language: (
        Annotated[
            str,
            StringConstraints(max_length=LANGUAGE_LIMIT, pattern=rf"^{LANGUAGE}$"),
            Field(description="A language tag such as `fr`: that of the letter for a user who has set none."),
        ]
        | None
    ) = None


class Redeem(Params):
    """The token of a link, or an e-mail address and the code that was sent to it."""

    token: Annotated[str, Field(min_length=1, max_length=_TOKEN_LIMIT)] | None = None
    email: Email | None = None
    code: (
        Annotated[
            str,
            StringConstraints(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$"),
            Fault(FaultKind.CODE, "a code has six digits", CODE_DIGITS),
            Field(description="Six digits."),
        ]
        | None
    ) = None
    device_name: DeviceName = "a device"

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Redeem:
        has_code = self.email is not None and self.code is not None
        if (self.token is None) is not has_code or (self.token is not None and (self.email or self.code)):
            raise ValueError("give token, or email and code")
        return self


class Redeemed(Result):
    """Who is signed in.

    At a browser `session` is what its cookie holds until `expires_at`; both are null where a device was bound.
    """

    user: wire.User
    session: str | None
    expires_at: wire.Millis | None


def add_methods(table: MethodRegistry, service: SignInService) -> None:
    """Register the methods."""

    @table.method("auth.request_link", allow=EVERYONE, errors=[Unavailable], examples=[_ASKS])
    async def request_link(caller: Caller, params: RequestLink) -> bool:
        """Mail a link and a six-digit code; both sign in once, within 15 minutes, and end those asked for before.

        The answer is the same, and takes as long, for an address that no user has.
        """
        await service.request_link(caller, params.email, params.language)
        return True

    @table.method("auth.redeem", allow=EVERYONE, errors=[NotFound, Forbidden, Unavailable])
    async def redeem(caller: Caller, params: Redeem) -> Redeemed:
        """Sign in by a link or a code: over a Unix socket with a new session, over TCP by binding the peer's device."""
        proof = LinkOrCode(params.token, params.email or "", params.code or "")
        return serialize_sign_in(await service.redeem(caller, proof, params.device_name))

    @table.method("auth.sign_out", allow=EVERYONE, errors=[Unavailable], examples=[_LEAVES])
    async def sign_out(caller: Caller, _params: NoParams) -> bool:
        """End the session of this call, or unbind its device; returns whether there was one."""
        credential = caller.credential
        if credential is None:
            return False

        def command(work: UnitOfWork) -> bool:
            if caller.is_over_tcp:
                return service.devices.unbind(work, caller, credential, action=UNBOUND)
            return service.sessions.end(work, caller, credential, action=SIGNED_OUT)

        return await service.storage.write(command)


def serialize_sign_in(signed_in: SignedIn) -> Redeemed:
    """Return a sign-in as its method answers it."""
    user = serializers.user(signed_in.user, staff=True)
    return Redeemed(user=user, session=signed_in.session, expires_at=signed_in.expires_at)
