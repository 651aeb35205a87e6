"""Makes passkeys for users who are signed in, and signs in who has one."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.passkeys import verification
from hero_assistance_server.identity.passkeys.challenges import Challenges
from hero_assistance_server.identity.passkeys.model import Passkey
from hero_assistance_server.identity.passkeys.relying_party import RelyingParty, relying_party
from hero_assistance_server.identity.passkeys.verification import PasskeyRefused
from hero_assistance_server.identity.permissions import Caller, refuse_deactivated
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.identity.sign_in.service import SignedIn, SignInService
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

# One for each device of a person, and some that they lost.
PASSKEYS_LIMIT = 20
ADDED, REMOVED = "auth.passkey_added", "auth.passkey_removed"
_SIGN_IN = "sign in"


@dataclass(frozen=True, slots=True)
class PasskeyService:
    """The use cases of passkeys."""

    challenges: Challenges
    sign_in: SignInService

    async def begin_registration(self, caller: Caller) -> str:
        """Return what the browser of a user is asked with; raises `Forbidden` or `Conflict`."""
        user = _require_browser(caller).known()

        def query(snapshot: Snapshot) -> str:
            project, known = snapshot.project.read(), snapshot.passkeys.list_of(user.user_id)
            _check_room(known)
            return verification.registration_options(
                _party(snapshot),
                self.challenges.make(_purpose_of(user)),
                _handle_of(user.user_id),
                name=user.email or user.name,
                project=project.name,
                known=known,
            )

        return await self.sign_in.storage.read(query)

    async def register(self, caller: Caller, credential: str, name: str) -> Passkey:
        """Add the passkey that the browser has made; raises `Forbidden` or `Conflict`."""
        user = _require_browser(caller).known()
        party = await self.sign_in.storage.read(_party)
        challenge = verification.read_challenge(credential)
        await self.challenges.take(challenge, _purpose_of(user))
        # Outside the transaction, and not in the loop: the first check imports the library.
        found = await asyncio.to_thread(verification.check_registration, party, credential, challenge)

        def command(work: UnitOfWork) -> Passkey:
            _check_room(work.passkeys.list_of(user.user_id))
            passkey = Passkey(found[0], user.user_id, found[1], found[2], name, millis(work.now))
            if work.passkeys.find(passkey.passkey_id) is not None:
                raise Conflict("this passkey is known already", hint="sign in with it", kind=RefusalKind.PASSKEY_KNOWN)
            work.passkeys.save(passkey)
            work.record_audit_entry(ADDED, caller, {"user_id": user.user_id, "name": name})
            return passkey

        return await self.sign_in.storage.write(command)

    async def begin_sign_in(self, caller: Caller) -> str:
        """Return what the browser of a caller is asked with; raises `Forbidden`, `Conflict` or `TooOften`."""
        self.sign_in.rates.count_begun(caller.origin)
        party = await self.sign_in.storage.read(_party)
        _require_browser(caller)
        return verification.sign_in_options(party, self.challenges.make(_SIGN_IN))

    async def finish_sign_in(self, caller: Caller, credential: str, device_name: str) -> SignedIn:
        """Sign in the user of a passkey; raises `Forbidden`, `NotFound` or `TooOften`."""
        storage = self.sign_in.storage
        party = await storage.read(_party)
        _require_browser(caller)
        self.sign_in.rates.count_try(caller.origin)
        challenge, passkey_id = verification.read_challenge(credential), verification.read_id(credential)
        await self.challenges.take(challenge, _SIGN_IN)
        passkey = await storage.read(lambda snapshot: _find(snapshot, passkey_id))
        count = await asyncio.to_thread(verification.check_sign_in, party, credential, challenge, passkey)

        def command(work: UnitOfWork) -> SignedIn:
            if _find(work, passkey_id) != passkey:
                raise Conflict(
                    "this passkey was used at the same time", hint="begin again", kind=RefusalKind.SIGN_IN_OVER
                )
            user = _owner(work, passkey, credential)
            work.passkeys.save(replace(passkey, sign_count=count, last_used_at=millis(work.now)))
            return self.sign_in.start_session(work, caller, user, SignInMethod.PASSKEY, device_name)

        return await storage.write(command)

    def remove(self, work: UnitOfWork, caller: Caller, passkey_id: str) -> bool:
        """Delete a passkey of the caller, or as an admin of any user; returns whether there was one."""
        passkey = work.passkeys.find(passkey_id)
        if passkey is None or not caller.looks_after(passkey.user_id):
            return False
        work.passkeys.delete(passkey_id)
        work.record_audit_entry(REMOVED, caller, {"user_id": passkey.user_id, "name": passkey.name})
        return True


def _party(snapshot: Snapshot) -> RelyingParty:
    party = relying_party(snapshot.project.read().page_address)
    if party is None:
        raise Conflict(
            "passkeys need a page with a domain name and TLS",
            hint="an admin sets page_address: project.update",
            kind=RefusalKind.PASSKEYS_NEED_TLS,
        )
    return party


def _find(snapshot: Snapshot, passkey_id: str) -> Passkey:
    passkey = snapshot.passkeys.find(passkey_id)
    if passkey is None:
        raise NotFound(
            "this passkey is not known here",
            hint="it may have been removed; sign in by mail",
            kind=RefusalKind.PASSKEY_UNKNOWN,
        )
    return passkey


def _require_browser(caller: Caller) -> Caller:
    if caller.is_over_tcp:
        raise Forbidden(
            "passkeys are of browsers, at the page",
            hint="a device is bound by auth.request_link",
            kind=RefusalKind.PAGE_ONLY,
        )
    return caller


def _check_room(known: list[Passkey]) -> None:
    if len(known) >= PASSKEYS_LIMIT:
        raise Conflict(
            f"there are {len(known)} passkeys already",
            hint="remove those of devices that are gone",
            kind=RefusalKind.PASSKEYS_FULL,
            values={"count": len(known)},
        )


def _owner(work: UnitOfWork, passkey: Passkey, credential: str) -> User:
    handle = verification.read_handle(credential)
    if handle is not None and handle != _handle_of(passkey.user_id):
        raise PasskeyRefused("the passkey is another user's")
    user = work.users.find(passkey.user_id)
    if user is None or not user.active:
        raise refuse_deactivated(passkey.user_id)
    return user


def _purpose_of(user: User) -> str:
    return f"passkey of {user.user_id}"


def _handle_of(user_id: UserId) -> bytes:
    """Return what devices keep for a user: it tells nothing of them."""
    return hashlib.sha256(b"passkey\0" + user_id.encode()).digest()
