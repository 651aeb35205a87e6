"""Who is calling: from the listener, the mode, the peer's address and the headers, and never from params."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from functools import lru_cache
from ipaddress import IPv6Network

from starlette.requests import Request
from starlette.types import Scope

from hero_assistance_httpd.page_origin import read_page_origin
from hero_assistance_httpd.request_headers import read_header
from hero_assistance_sdk.access_list import address_of
from hero_assistance_sdk.errors import Forbidden
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.login_names import fold_name, is_login
from hero_assistance_server.users.login_service import enrol_newcomer
from hero_assistance_server.users.model import User

HERO_USER = "x-hero-user"
HERO_CLAIMS = "x-hero-claims"
DEV_USER = "x-dev-user"
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# Every address of a mycelium overlay; the network itself vouches for them.
OVERLAY = IPv6Network("400::/7")
# A peer sends many requests from its address.
_REMEMBERED = 1024
# What the audit trail calls a caller of this machine that is not the page.
UNIX_ORIGIN = "unix"


class AuthMode(StrEnum):
    """How callers inside the trust boundary are known: by the edge's header, or by their own word."""

    HERO = "hero"
    DEV = "dev"


class ListenerKind(Enum):
    """Where a request came in, which decides what is believed of it."""

    UNIX = auto()
    TCP = auto()


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Turns requests into callers; in hero mode it makes a customer of whom it meets for the first time."""

    mode: AuthMode
    directory: Directory
    store: Storage

    async def caller_of(self, request: Request, listener: ListenerKind) -> Caller:
        """Who sent this request; raises `StoreUnavailable` when a newcomer cannot be written."""
        peer = peer_of(request.scope)
        origin = peer or read_page_origin(request.scope) or UNIX_ORIGIN
        caller = Caller(None)
        if self.mode is AuthMode.DEV:
            if listener is ListenerKind.UNIX or is_loopback(peer):
                caller = self._dev_caller(request)
        elif listener is ListenerKind.UNIX:
            caller = await self._hero_caller(request, origin)
        return replace(caller, origin=origin)

    def _dev_caller(self, request: Request) -> Caller:
        claim = read_header(request, DEV_USER)
        if claim is None:
            admin = self.directory.first_admin()
            return Caller(admin, None if admin else "there is no admin yet; start with --seed-dev-users")
        user = self.directory.find(claim) or self.directory.find(fold_name(claim))
        return _caller(user) if user else Caller(None, "X-Dev-User names no user of this project")

    async def _hero_caller(self, request: Request, origin: str) -> Caller:
        name = read_header(request, HERO_USER)
        if name is None:
            return Caller(None, "X-Hero-User must be given")
        if not is_login(name):
            return Caller(None, "X-Hero-User is not a user name")
        user = self.directory.find_by_login(name)
        if user is None:
            email = vouched_email(read_header(request, HERO_CLAIMS) or "")
            user = await self.store.write(
                lambda work: enrol_newcomer(work, self.directory, name, origin=origin, email=email)
            )
        return _caller(user)


def refuse_from_afar(caller: Caller, what: str) -> None:
    """Raise `Forbidden` for a caller that did not come by a socket of this machine; `what` is made here, in files."""
    if caller.origin != UNIX_ORIGIN:
        raise Forbidden(f"{what} are made from this machine alone", hint="call by the Unix socket")


def _caller(user: User) -> Caller:
    if user.active:
        return Caller(user)
    return Caller(None, f"{user.user_id} is deactivated in this project", is_deactivated=True)


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
