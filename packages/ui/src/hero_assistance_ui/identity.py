"""Who is calling, in the headers that the ticket server reads.

Which listener a request came in by decides what is believed of it: a Unix-socket caller is inside the trust
boundary and its `X-Hero-*` headers count; over TCP they are dropped. In dev mode the page's picker decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from starlette.requests import Request

from hero_assistance_httpd.page_origin import HEADER, page_origin
from hero_assistance_httpd.request_headers import pick_headers

DEV_USER_COOKIE = "hero_dev_user"
_HERO_HEADERS = (b"x-hero-user", b"x-hero-context", b"x-hero-claims")
_DEV_HEADER = b"x-dev-user"
# The longest id of a user.
_NAME_LIMIT = 254


class AuthMode(StrEnum):
    """How callers are known: `hero` by the edge's headers, `dev` by the page's picker."""

    HERO = "hero"
    DEV = "dev"


class Trust(StrEnum):
    """What the page believes of a listener's peers."""

    SOCKET = "socket"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class BrowserIdentity:
    """Turns a browser's request into the identity headers of the request to the ticket server."""

    auth_mode: AuthMode
    trust: Trust
    cookie: str = DEV_USER_COOKIE
    first_user: str | None = None
    tells_origin: bool = False
    """Whether the ticket server is told where the caller is: that of this machine, never a stranger's."""

    @property
    def is_dev(self) -> bool:
        """Return whether the page offers its picker of demo users."""
        return self.auth_mode is AuthMode.DEV

    def headers(self, request: Request) -> dict[bytes, bytes]:
        """Return the headers to send upstream; no other header of the browser is passed on."""
        if not self.tells_origin:
            return self._claims(request)
        origin = page_origin(request, over_tcp=self.trust is Trust.TCP)
        return {HEADER: origin.encode(), **self._claims(request)}

    def _claims(self, request: Request) -> dict[bytes, bytes]:
        if self.is_dev:
            user = self._picked(request)
            return {_DEV_HEADER: user.encode()} if user else {}
        if self.trust is Trust.TCP:
            return {}
        return pick_headers(request, _HERO_HEADERS)

    def _picked(self, request: Request) -> str | None:
        """Return the user of the picker's cookie, in which the page writes a name percent-encoded."""
        user = unquote(request.cookies.get(self.cookie, ""))
        return user if _is_name(user) else self.first_user


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _NAME_LIMIT and text.isprintable() and " " not in text
