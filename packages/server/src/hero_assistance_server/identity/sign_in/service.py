"""Mails links and codes, and signs in who redeems one: a session at a browser, a binding for a device."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address

from hero_assistance_sdk.errors import Forbidden, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.devices.directory import overlay_address
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.secret_tokens import hash_address
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.identity.sign_in.discarded_letters import discard_letter
from hero_assistance_server.identity.sign_in.letters import LetterQueue, link_letter
from hero_assistance_server.identity.sign_in.links import LinkOrCode, Links
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.identity.sign_in.rules import REQUEST
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and at a browser the session's token; `expires_at` is `None` for a device."""

    user: User
    session: str | None
    expires_at: Millis | None


@dataclass(frozen=True, slots=True)
class SignInService:
    """The use cases of signing in."""

    storage: Storage
    sessions: SessionAdministration
    devices: DeviceAdministration
    rates: SignInRates
    letters: LetterQueue
    links: Links

    async def request_link(self, caller: Caller, email: str, asked_in: str | None = None) -> None:
        """Mail a link and a code to an address that a user has; the work for another one is the same.

        `asked_in` is the language of the page, in which those read the letter who have none of their own.
        Raises `TooOften`.
        """
        address = fold_name(email)
        self.rates.count_link_of_peer(caller.origin)

        def command(work: UnitOfWork) -> None:
            self.rates.count_link(work, hash_address(address))
            user = work.users.find_by_email(address)
            reaches = user is not None and user.active
            receiver, project = user if reaches else None, work.project.read()
            issued = self.links.issue(work, address, receiver, REQUEST)
            letter = link_letter(choose_language(receiver, project, asked_in), project, address, issued)
            if reaches:
                self.letters.queue(work, letter)
            else:
                discard_letter(work, letter)

        await self.storage.write(command)

    async def redeem(self, caller: Caller, proof: LinkOrCode, device_name: str) -> SignedIn:
        """Sign in the user of a link or code; raises `NotFound`, `Forbidden` or `TooOften`."""
        address = _device_address(caller)
        self.rates.count_try(caller.origin)
        if proof.token is None:
            self.rates.count_code_of_peer(caller.origin, fold_name(proof.email))
        key = None
        if address is not None:
            key = await self.devices.directory.find_key(address)
            # What another node has just bound of the same overlay node goes by this.
            await self.storage.nodes.access.catch_up()

        def command(work: UnitOfWork) -> SignedIn | None:
            if proof.token is None:
                self.rates.count_code(work, hash_address(fold_name(proof.email)))
            user = self.links.take_user(work, proof)
            if user is None:
                return None
            if address is not None:
                self.devices.bind(work, caller, user, address=address, name=device_name, key=key)
                return SignedIn(user, None, None)
            return self.start_session(work, caller, user, _method_of(proof), device_name)

        # A wrong code is counted in the same transaction, so that it is no error there.
        signed_in = await self.storage.write(command)
        if signed_in is None:
            raise NotFound(
                "this link or code is wrong, used, or too old", hint="ask for a new one", kind=RefusalKind.PROOF_WRONG
            )
        return signed_in

    def start_session(
        self, work: UnitOfWork, caller: Caller, user: User, method: SignInMethod, device_name: str
    ) -> SignedIn:
        """Sign a user in at the browser of this call, however they have shown who they are."""
        made = self.sessions.make(work, caller, user, method=method, device_name=device_name)
        return SignedIn(user, made.token, made.session.expires_at)


def _method_of(proof: LinkOrCode) -> SignInMethod:
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
            kind=RefusalKind.NOT_ON_OVERLAY,
        )
    return address
