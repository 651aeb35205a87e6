"""Who is calling: from the listener, the mode, the peer's address and the headers, and never from params."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from functools import lru_cache

from starlette.requests import Request
from starlette.types import Scope

from hero_assistance_httpd.page_origin import HEADER as PAGE_ORIGIN
from hero_assistance_httpd.page_origin import read_page_origin
from hero_assistance_httpd.passed_on import find_sign_of_passing, read_forwarded_address
from hero_assistance_httpd.request_headers import pick_headers
from hero_assistance_sdk.access_list import address_of
from hero_assistance_sdk.errors import AnotherUser, Forbidden
from hero_assistance_sdk.project.identity import format_address
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.access_changes import AccessExchange, OwnAccess
from hero_assistance_server.identity.devices.directory import OVERLAY, DeviceDirectory, overlay_address
from hero_assistance_server.identity.operator import OPERATOR, refuse_operator
from hero_assistance_server.identity.permissions import OPERATOR_ORIGIN, Caller
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.login_names import fold_name, is_login
from hero_assistance_server.users.login_service import NotEnrolled, enrol_newcomer
from hero_assistance_server.users.model import User

HERO_USER = b"x-hero-user"
HERO_CLAIMS = b"x-hero-claims"
HERO_SESSION = b"x-hero-session"
DEV_USER = b"x-dev-user"
# For whom a page has made a request: it narrows who may be calling, and proves nothing.
PAGE_USER = b"x-page-user"
_CLAIMS = frozenset({HERO_USER, HERO_CLAIMS, HERO_SESSION, DEV_USER, PAGE_USER, OPERATOR})
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# A peer sends many requests from its address.
_REMEMBERED = 1024
# What the audit trail calls a program of this machine, and a proxy that hands on to the ticket server what others send.
UNIX_ORIGIN, PROXY_ORIGIN = "unix", "rpc.sock"

Claims = Mapping[bytes, bytes]


class AuthMode(StrEnum):
    """How callers inside the trust boundary are known: by the edge's header, or by their own word."""

    HERO = "hero"
    DEV = "dev"


class ListenerKind(Enum):
    """Where a request came in, which decides what is believed of it."""

    UNIX = auto()
    TCP = auto()


def _now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Turns requests into callers; in hero mode it makes a customer of whom it meets for the first time.

    `owner` is the OS user who owns the data folder. `exchange` brings what other nodes changed: what this node has in
    memory is believed while it is current, and no one is turned away by it before it was brought up to date.
    """

    mode: AuthMode
    directory: Directory
    store: Storage
    sessions: SessionDirectory = field(default_factory=SessionDirectory)
    devices: DeviceDirectory = field(default_factory=DeviceDirectory)
    owner: int = field(default_factory=os.geteuid)
    exchange: AccessExchange = field(default_factory=OwnAccess)
    now: Callable[[], Millis] = _now

    async def find_caller(self, request: Request, listener: ListenerKind) -> Caller:
        """Who sent this request; raises `AnotherUser`.

        Raises `StoreUnavailable` when a newcomer cannot be written, or what is in memory not be brought up to date.
        """
        claims = pick_headers(request, _CLAIMS)
        asks_memory = self._asks_memory(claims, listener)
        if asks_memory and not self.exchange.is_current:
            await self.exchange.catch_up()
        caller = await self._find_caller(request.scope, claims, listener)
        # Who was let in at another node a moment ago may be here first.
        if caller.user is None and asks_memory and await self.exchange.catch_up():
            caller = await self._find_caller(request.scope, claims, listener)
        if PAGE_USER in claims:
            _check_page_user(caller, claims)
        return caller

    def _asks_memory(self, claims: Claims, listener: ListenerKind) -> bool:
        """Whether what this node has in memory says who it is: not of the operator, and not of who shows nothing."""
        if listener is ListenerKind.TCP:
            return True
        return OPERATOR not in claims and (bool(claims) or self.mode is AuthMode.DEV)

    async def _find_caller(self, scope: Scope, claims: Claims, listener: ListenerKind) -> Caller:
        peer = peer_of(scope)
        if listener is ListenerKind.TCP:
            return await self._find_tcp_caller(peer, claims, _destination(scope))
        if OPERATOR in claims:
            return self._find_operator(scope, claims[OPERATOR])
        origin = peer or _origin_on_socket(scope)
        if self.mode is AuthMode.DEV:
            return self._find_dev_caller(claims, origin)
        return await self._find_hero_caller(claims, origin)

    def _find_operator(self, scope: Scope, claim: bytes) -> Caller:
        refusal = refuse_operator(scope, claim, self.owner)
        if refusal is None:
            return Caller(None, origin=OPERATOR_ORIGIN, is_operator=True)
        return Caller(None, refusal, origin=_origin_on_socket(scope))

    async def _find_tcp_caller(self, peer: str | None, claims: Claims, destination: str) -> Caller:
        origin, is_over_tcp = peer or UNIX_ORIGIN, peer is not None
        if is_loopback(peer) and self.mode is AuthMode.DEV:
            return self._find_dev_caller(claims, origin, is_over_tcp=is_over_tcp, destination=destination)
        if is_loopback(peer):
            return Caller(None, origin=origin, is_over_tcp=is_over_tcp, destination=destination)
        address = overlay_address(peer)
        device = None if address is None else await self.devices.find(address)
        user = None if device is None else self.directory.find(device.user_id)
        if device is None or user is None:
            return Caller(None, origin=origin, is_over_tcp=is_over_tcp, destination=destination)
        self.devices.note_seen(device, self.now())
        return _caller(user, origin, device.address, is_over_tcp=is_over_tcp, destination=destination)

    def _find_dev_caller(
        self, claims: Claims, origin: str, *, is_over_tcp: bool = False, destination: str = ""
    ) -> Caller:
        claim = _text(claims, DEV_USER)
        if claim is None:
            user, refusal = self.directory.first_admin(), "there is no admin yet; start with --seed-dev-users"
        else:
            user = self.directory.find(claim) or self.directory.find(fold_name(claim))
            refusal = "X-Dev-User names no user of this project"
        if user is None:
            return Caller(None, refusal, origin, is_over_tcp=is_over_tcp, destination=destination)
        return _caller(user, origin, is_over_tcp=is_over_tcp, destination=destination)

    async def _find_hero_caller(self, claims: Claims, origin: str) -> Caller:
        name = _text(claims, HERO_USER)
        if name is None:
            return self._find_session_caller(_text(claims, HERO_SESSION), origin)
        if not is_login(name):
            return Caller(None, "X-Hero-User is not a user name", origin)
        user = self.directory.find_by_login(name)
        if user is None:
            email = vouched_email(_text(claims, HERO_CLAIMS) or "")
            try:
                user = await self.store.write(
                    lambda work: enrol_newcomer(work, self.directory, name, origin=origin, email=email)
                )
            except NotEnrolled as error:
                return Caller(None, error.message, origin)
        return _caller(user, origin)

    def _find_session_caller(self, token: str | None, origin: str) -> Caller:
        if token is None:
            return Caller(None, "X-Hero-User must be given, or a user sign in", origin)
        session = self.sessions.find(token, self.now())
        user = None if session is None else self.directory.find(session.user_id)
        if session is None or user is None:
            return Caller(None, "this session has ended; sign in again", origin)
        return _caller(user, origin, session.session_id)


def _destination(scope: Scope) -> str:
    """Return the address of this machine that a request over TCP came to."""
    host, port = scope.get("server") or ("", None)
    return "" if port is None else format_address(host, port)


def _origin_on_socket(scope: Scope) -> str:
    """Return where a request on a Unix socket is from: the page's caller, a proxy's, or a program of this machine."""
    told = read_page_origin(scope)
    if told is not None:
        return told
    is_page = any(name == PAGE_ORIGIN for name, _value in scope["headers"])
    if not is_page and find_sign_of_passing(scope) is None:
        return UNIX_ORIGIN
    address = read_forwarded_address(scope)
    return f"{PROXY_ORIGIN} {address}" if address else PROXY_ORIGIN


def is_from_afar(caller: Caller) -> bool:
    """Return whether a caller did not come by a socket of this machine."""
    return caller.origin not in (UNIX_ORIGIN, OPERATOR_ORIGIN)


def refuse_from_afar(caller: Caller, what: str) -> None:
    """Raise `Forbidden` for a caller that did not come by a socket of this machine; `what` is made here, in files."""
    if is_from_afar(caller):
        raise Forbidden(
            f"{what} are made from this machine alone",
            hint="call by the Unix socket",
            kind=RefusalKind.DESK_MACHINE_ONLY,
        )


def _caller(
    user: User, origin: str, credential: str | None = None, *, is_over_tcp: bool = False, destination: str = ""
) -> Caller:
    """Make a caller at once: to change one by `replace` costs each request a tenth of what a list costs."""
    refusal = None if user.active else f"{user.user_id} is deactivated in this project"
    return Caller(
        user if user.active else None,
        refusal,
        origin,
        is_deactivated=not user.active,
        is_over_tcp=is_over_tcp,
        credential=credential,
        destination=destination,
    )


def _check_page_user(caller: Caller, claims: Claims) -> None:
    """Raise `AnotherUser` where a page has made the request for another user than the one who is calling."""
    if caller.user is not None and _text(claims, PAGE_USER) != caller.user.user_id:
        raise AnotherUser("another user has signed in here since", hint="load the page again to go on as that user")


def _text(claims: Claims, name: bytes) -> str | None:
    value = claims.get(name)
    return None if value is None else value.decode()


def vouched_email(claims: str) -> str | None:
    """Return the e-mail address that the edge vouches for: its claims say `email=` once and `email_verified=true`."""
    found = [claim.strip().partition("=")[::2] for claim in claims.split(",")]
    emails = [fold_name(value.strip()) for name, value in found if name.strip() == "email"]
    verified = [value.strip() for name, value in found if name.strip() == "email_verified"]
    if verified != ["true"] or len(emails) != 1 or not _EMAIL.fullmatch(emails[0]):
        return None
    return emails[0]


def peer_of(scope: Scope) -> str | None:
    """The peer's address, `None` for a Unix socket."""
    client = scope.get("client")
    return client[0] if client else None


@lru_cache(_REMEMBERED)
def is_loopback(peer: str | None) -> bool:
    """Whether a TCP peer is this machine."""
    address = address_of(peer)
    return address is not None and address.is_loopback


class OverlayPolicy:
    """Lets in only programs of the overlay and of this machine."""

    def admits(self, peer: str) -> bool:
        """Whether a TCP peer may connect."""
        address = address_of(peer)
        return address is not None and (address.is_loopback or address in OVERLAY)
