"""Who is calling, in the headers that the ticket server reads.

Which listener a request came in by decides what is believed of it: a Unix-socket caller is inside the trust
boundary and its `X-Hero-*` headers count; over TCP they are dropped. A request whose caller no edge names is known by
the session in its cookie. In dev mode the page's picker decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from starlette.requests import Request

from hero_assistance_httpd.page_origin import HEADER, page_origin
from hero_assistance_httpd.request_headers import pick_headers, read_header
from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_ui.sign_in.cookies import SESSION, BrowserCookie
from hero_assistance_ui.trust import Trust

_HERO_USER = b"x-hero-user"
_HERO_HEADERS = (_HERO_USER, b"x-hero-context", b"x-hero-claims")
_SESSION_HEADER = b"x-hero-session"
# The picker's choice belongs to a window, and not to the browser: a header of its calls, and a parameter of the
# addresses that a browser asks for by itself. No project's id has a capital letter.
PICKED_USER = "X-Picked-User"
_DEV_HEADER = b"x-dev-user"
# For whom a page has made a call: the ticket server refuses it where another user is signed in by now.
PAGE_USER = "X-Page-User"
# The longest id of a user.
_NAME_LIMIT = 254


class AuthMode(StrEnum):
    """How callers are known: `hero` by the edge's headers or a session, `dev` by the page's picker."""

    HERO = "hero"
    DEV = "dev"


@dataclass(frozen=True, slots=True)
class BrowserIdentity:
    """Turns a browser's request into the identity headers of the request to the ticket server."""

    auth_mode: AuthMode
    trust: Trust
    first_user: str | None = None
    is_local: bool = False
    """Whether the ticket server is this machine's: a stranger's is told neither where the caller is nor a session."""

    embedders: Callable[[], Embedders] = Embedders
    """The origins that may show the page in a frame."""

    @property
    def is_dev(self) -> bool:
        """Return whether the page offers its picker of demo users."""
        return self.auth_mode is AuthMode.DEV

    @property
    def cookie(self) -> BrowserCookie:
        """Return the cookie that holds a session on this listener."""
        return BrowserCookie(self.trust, SESSION, self.embedders)

    def headers(self, request: Request) -> dict[bytes, bytes]:
        """Return the headers to send upstream; no other header of the browser is passed on."""
        return {**self.claims(request), **_page_user(request)}

    def claims(self, request: Request) -> dict[bytes, bytes]:
        """Return the headers that say who is calling, and where they are."""
        if self.is_dev:
            user = self._read_picked(request)
            return {**self.origin(request), **({_DEV_HEADER: user.encode()} if user else {})}
        if self.is_named_by_edge(request):
            return {**self.origin(request), **pick_headers(request, _HERO_HEADERS)}
        return self.session_headers(request)

    def origin(self, request: Request) -> dict[bytes, bytes]:
        """Return the header that tells this machine's ticket server where the caller is, and not who."""
        if not self.is_local:
            return {}
        return {HEADER: page_origin(request, over_tcp=self.trust is Trust.TCP).encode()}

    def session_headers(self, request: Request) -> dict[bytes, bytes]:
        """Return the headers of a call about the session itself; a stranger's ticket server is told of none."""
        session = self.cookie.read(request) if self.is_local else None
        return {**self.origin(request), **({_SESSION_HEADER: session.encode()} if session else {})}

    def is_named_by_edge(self, request: Request) -> bool:
        """Return whether the edge says who is calling: then no session counts."""
        return self.trust is Trust.SOCKET and _HERO_USER.decode() in request.headers

    def offers_sign_in(self, request: Request) -> bool:
        """Return whether callers sign in to the desk itself; a foreign project says so by refusing them."""
        return not self.is_local or not (self.is_dev or self.is_named_by_edge(request))

    def _read_picked(self, request: Request) -> str | None:
        """Return the user whom the window has picked; the page writes a name percent-encoded."""
        named = read_header(request, PICKED_USER)
        user = request.query_params.get(PICKED_USER, "") if named is None else unquote(named)
        return user if _is_name(user) else self.first_user


def _page_user(request: Request) -> dict[bytes, bytes]:
    """Return the header that says for whom the page has made the call; the page writes the id percent-encoded."""
    named = read_header(request, PAGE_USER)
    if named is None:
        return {}
    user = unquote(named)
    # What is no name is no user's: it is passed on as it came, without line ends, and refused.
    return {PAGE_USER.lower().encode(): (user if _is_name(user) else named).encode()}


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _NAME_LIMIT and text.isprintable() and " " not in text
