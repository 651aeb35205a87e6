"""`auth.passkey_*`: passkeys of users, and signing in by one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.access_lists import find_owner
from hero_assistance_server.identity.passkeys import model
from hero_assistance_server.identity.passkeys.service import PASSKEYS_LIMIT, PasskeyService
from hero_assistance_server.identity.permissions import EVERYONE, KNOWN, OPERATORS, Caller
from hero_assistance_server.identity.sign_in.rpc import DeviceName, Redeemed, serialize_sign_in
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry

# With an attestation chain; those of browsers have some hundred bytes.
_CREDENTIAL_LIMIT = 16_384
_ID_LIMIT = 1400
_LISTS = Example("Carol has none yet", "carol", {}, {"passkeys": []})
_REMOVES = Example("One that is gone", "carol", {"passkey_id": "AAAA"}, False)

Credential = Annotated[
    str,
    Field(
        min_length=2,
        max_length=_CREDENTIAL_LIMIT,
        description="JSON of the browser's `PublicKeyCredential.toJSON`.",
    ),
]


class Options(Result):
    """What the browser is asked with, as JSON for `PublicKeyCredential.parse...OptionsFromJSON`; for five minutes."""

    options: str


class RegisterPasskey(Params):
    """What the browser has made, and what its user calls it."""

    credential: Credential
    name: DeviceName = "a passkey"


class UsePasskey(Params):
    """What the browser has signed."""

    credential: Credential
    device_name: DeviceName = "a browser"


class PasskeysOf(Params):
    """Whose passkeys: the caller's, or, for an admin or the operator, any user's."""

    user_id: UserName | None = None


class RemovePasskey(Params):
    """The id of a passkey."""

    passkey_id: Annotated[str, StringConstraints(min_length=1, max_length=_ID_LIMIT)]


class Passkey(Result):
    """A passkey; `last_used_at` is null until its user signs in by it."""

    passkey_id: str
    name: str
    created_at: wire.Millis
    last_used_at: wire.Millis | None


class PasskeyList(Result):
    """Passkeys, in the order in which they were made."""

    passkeys: list[Passkey]


def add_methods(table: MethodRegistry, service: PasskeyService) -> None:
    """Register the methods."""
    errors = [Unauthenticated, Forbidden, Conflict, Unavailable]

    @table.method("auth.passkey_register_start", allow=KNOWN, page=True, errors=errors)
    async def register_start(caller: Caller, _params: NoParams) -> Options:
        """Begin to make a passkey for the caller, who confirms it at the device."""
        return Options(options=await service.begin_registration(caller))

    @table.method("auth.passkey_register_finish", allow=KNOWN, page=True, errors=errors)
    async def register_finish(caller: Caller, params: RegisterPasskey) -> Passkey:
        """Add the passkey that the browser has made."""
        return _serialize(await service.register(caller, params.credential, params.name))

    @table.method("auth.passkey_start", allow=EVERYONE, errors=[Forbidden, Conflict, Unavailable])
    async def start(caller: Caller, _params: NoParams) -> Options:
        """Begin to sign in by a passkey; the browser offers those that it has for the page."""
        return Options(options=await service.begin_sign_in(caller))

    @table.method("auth.passkey_finish", allow=EVERYONE, errors=[NotFound, Forbidden, Conflict, Unavailable])
    async def finish(caller: Caller, params: UsePasskey) -> Redeemed:
        """Sign in the user of a passkey, with a new session.

        A passkey whose count goes back was copied, and is refused.
        """
        return serialize_sign_in(await service.finish_sign_in(caller, params.credential, params.device_name))

    _add_list_methods(table, service)


def _add_list_methods(table: MethodRegistry, service: PasskeyService) -> None:
    storage = service.sign_in.storage
    errors = [Unauthenticated, Forbidden, Unavailable]

    @table.method("auth.passkeys", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_LISTS])
    async def passkeys(caller: Caller, params: PasskeysOf) -> PasskeyList:
        """List the caller's passkeys; an admin may ask for those of any user."""
        user_id = find_owner(caller, params.user_id, "passkeys")
        found = await storage.read(lambda snapshot: snapshot.passkeys.list_of(user_id))
        return PasskeyList(passkeys=[_serialize(passkey) for passkey in found[:PASSKEYS_LIMIT]])

    @table.method("auth.passkey_remove", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_REMOVES])
    async def remove(caller: Caller, params: RemovePasskey) -> bool:
        """Remove a passkey of the caller or, as an admin, of any user; returns whether there was one."""
        return await storage.write(lambda work: service.remove(work, caller, params.passkey_id))


def _serialize(passkey: model.Passkey) -> Passkey:
    return Passkey(
        passkey_id=passkey.passkey_id,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
    )
