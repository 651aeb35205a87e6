"""Who is calling, in the headers that the ticket server reads.

Which listener a request came in by decides what is believed of it: a Unix-socket caller is inside the trust
boundary and its `X-Hero-*` headers count; over TCP they are dropped. In dev mode the page's picker decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request

DEV_USER_COOKIE = "hero_dev_user"
_DEV_USER = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_HERO_HEADERS = ("x-hero-user", "x-hero-context", "x-hero-claims")


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

    @property
    def is_dev(self) -> bool:
        """Return whether the page offers its picker of demo users."""
        return self.auth_mode is AuthMode.DEV

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers to send upstream; no other header of the browser is passed on."""
        if self.is_dev:
            user = self._picked(request)
            return {"x-dev-user": user} if user else {}
        if self.trust is Trust.TCP:
            return {}
        return {name: request.headers[name] for name in _HERO_HEADERS if name in request.headers}

    def _picked(self, request: Request) -> str | None:
        user = request.cookies.get(self.cookie, "")
        return user if _DEV_USER.fullmatch(user) else self.first_user
