"""Makes links and codes, and signs in who redeems one: a session at a browser, a binding for a device."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address

from hero_assistance_sdk.errors import Forbidden, NotFound
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.devices.directory import overlay_address
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.secret_tokens import hash_address, hash_code, hash_token, make_code, make_token
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.identity.sign_in.letters import LetterQueue, link_letter
from hero_assistance_server.identity.sign_in.model import IssuedToken, SignInToken
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.identity.sign_in.rules import (
    CODE_TRIES,
    LINK_LIFE,
    count_wrong_code,
    is_valid,
    takes_codes,
)
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and at a browser the session's token; `expires_at` is `None` for a device."""

    user: User
    session: str | None
    expires_at: Millis | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a user has shown: the token of a link, or a code with the address that it was sent to."""

    token: str | None = None
    email: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SignInService:
    """The use cases of signing in."""

    storage: Storage
    sessions: SessionAdministration
    devices: DeviceAdministration
    rates: SignInRates
    letters: LetterQueue

    async def request_link(self, caller: Caller, email: str) -> None:
        """Mail a link and a code to an address that a user has; takes as long for another one. Raises `TooOften`."""
        address = fold_name(email)
        self.rates.count_link(address, caller.origin)

        def command(work: UnitOfWork) -> None:
            user = work.users.find_by_email(address)
            if user is not None and not user.active:
                user = None
            issued = issue(work, address, user, LINK_LIFE)
            if user is not None:
                self.letters.queue(work, link_letter(work.project.read(), address, issued))

        await self.storage.write(command)

    async def redeem(self, caller: Caller, proof: Proof, device_name: str) -> SignedIn:
        """Sign in the user of a link or code; raises `NotFound`, `Forbidden` or `TooOften`."""
        address = _device_address(caller)
        self.rates.count_try(caller.origin)
        if proof.token is None:
            self.rates.count_code(fold_name(proof.email))
        key = None if address is None else await self.devices.directory.find_key(address)

        def command(work: UnitOfWork) -> SignedIn | None:
            user = take_user(work, proof)
            if user is None:
                return None
            if address is not None:
                self.devices.bind(work, caller, user, address=address, name=device_name, key=key)
                return SignedIn(user, None, None)
            return self.start_session(work, caller, user, _method_of(proof), device_name)

        # A wrong code is counted in the same transaction, so that it is no error there.
        signed_in = await self.storage.write(command)
        if signed_in is None:
            raise NotFound("this link or code is wrong, used, or too old", hint="ask for a new one")
        return signed_in

    def start_session(
        self, work: UnitOfWork, caller: Caller, user: User, method: SignInMethod, device_name: str
    ) -> SignedIn:
        """Sign a user in at the browser of this call, however they have shown who they are."""
        made = self.sessions.make(work, caller, user, method=method, device_name=device_name)
        return SignedIn(user, made.token, made.session.expires_at)


def issue(work: UnitOfWork, email: str, user: User | None, life: timedelta) -> IssuedToken:
    """Make a link and a code for an address, in place of earlier ones."""
    work.sign_in_tokens.delete_expired(millis(work.now))
    token, code, address_hash = make_token(), make_code(), hash_address(fold_name(email))
    issued = IssuedToken(token, code, millis(work.now + life))
    work.sign_in_tokens.save(
        SignInToken(
            address_hash=address_hash,
            user_id=None if user is None else user.user_id,
            token_hash=hash_token(token),
            code_hash=hash_code(code, address_hash),
            tries_left=CODE_TRIES,
            expires_at=issued.expires_at,
        )
    )
    return issued


def take_user(work: UnitOfWork, proof: Proof) -> User | None:
    """Return the user of a link or code, which is used up by that; `None` where it is none."""
    found = _find(work, proof)
    if found is None or found.user_id is None or not is_valid(found, millis(work.now)):
        return None
    work.sign_in_tokens.delete(found.address_hash)
    user = work.users.find(found.user_id)
    return user if user is not None and user.active else None


def _find(work: UnitOfWork, proof: Proof) -> SignInToken | None:
    if proof.token is not None:
        return work.sign_in_tokens.find_by_token(hash_token(proof.token))
    address_hash = hash_address(fold_name(proof.email))
    found = work.sign_in_tokens.find_by_address(address_hash)
    if found is None or not takes_codes(found, millis(work.now)):
        return None
    if hmac.compare_digest(found.code_hash, hash_code(proof.code, address_hash)):
        return found
    work.sign_in_tokens.save(count_wrong_code(found))
    return None


def _method_of(proof: Proof) -> SignInMethod:
    return SignInMethod.CODE if proof.token is None else SignInMethod.LINK


def _device_address(caller: Caller) -> IPv6Address | None:
    """Return the address to bind for a call over TCP, `None` for one over a Unix socket; raises `Forbidden`."""
    if not caller.is_over_tcp:
        return None
    address = overlay_address(caller.origin)
    if address is None:
        raise Forbidden(
            f"{caller.origin} is no address of the overlay, and no device is bound to another one",
            hint="call over the overlay, or sign in at the page",
        )
    return address
