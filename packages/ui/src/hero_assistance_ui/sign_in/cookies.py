"""The cookies that hold a session, or a sign-in on its way: their names, where they count, and how they are read.

A browser sends a cookie to every port of a host, and lets other ports, and other names of the same domain, set one.
So the name says at which port or below which prefix the page is, and behind TLS it begins with `__Host-`, or with
`__Secure-` below a prefix, which no page without TLS can set.

In a frame of another site browsers send a cookie only if it is partitioned (CHIPS): it counts for frames of that one
site. A session that is begun in a frame is such a cookie, behind TLS and where there are embedders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_ui.prefix import prefix_of
from hero_assistance_ui.trust import Trust

SESSION = "hero_session"
# What binds a sign-in at a provider to the browser that began it.
HANDSHAKE = "hero_sign_in"
_HOST, _SECURE = "__Host-", "__Secure-"
_HTTPS = "https"
# Of a partitioned cookie, whose browser may have one of the other kind too.
_FRAMED = "_framed"
# The header by which the page says that it is in a frame.
IN_FRAME = "x-in-frame"
# What a cookie and a header can both hold; the ticket server says whether it is a session.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,256}")


class BrowserCookie:
    """Reads, sets and removes one cookie of a browser, for one listener."""

    def __init__(self, trust: Trust, name: str, embedders: Callable[[], Embedders] = Embedders) -> None:
        self._trust = trust
        self._basic_name = name
        self._embedders = embedders

    def read(self, request: Request) -> str | None:
        """Return its value; `None` without one, and where two cookies claim to be it."""
        found = _parse_cookies(request)
        for name in self._names(request):
            if name in found:
                (token, *others) = found[name]
                return None if others or not _TOKEN.fullmatch(token) else token
        return None

    def set(
        self, request: Request, response: Response, token: str, life_s: int, *, is_secure: bool | None = None
    ) -> None:
        """Have the browser keep a value for `life_s`; `is_secure` says of TLS what the request itself does not.

        The browser forgets what it has under another name: that may count before this one, and be of an ended session.
        """
        is_secure = _is_https(request) if is_secure is None else is_secure
        is_framed = is_secure and self._is_framed(request)
        name = self._name(request, is_secure=is_secure) + (_FRAMED if is_framed else "")
        self._remove(request, response, set(self._names(request)) - {name})
        response.set_cookie(
            name,
            token,
            max_age=max(0, life_s),
            path=self._path(request),
            secure=is_secure,
            httponly=True,
            samesite="none" if is_framed else "lax",
        )
        if is_framed:
            _partition(response)

    def remove(self, request: Request, response: Response) -> None:
        """Have the browser forget it, under each name that counts."""
        self._remove(request, response, set(self._names(request)))

    def was_set_securely(self, request: Request) -> bool:
        """Return whether the browser's connection has TLS: the request says so, or brings what only TLS can set."""
        secure = self._name(request, is_secure=True)
        return _is_https(request) or not _parse_cookies(request).keys().isdisjoint((secure, secure + _FRAMED))

    def _remove(self, request: Request, response: Response, names: Set[str]) -> None:
        # A page below the prefix /framed has a name that ends like that, too.
        framed = self._name(request, is_secure=True) + _FRAMED
        for name in _parse_cookies(request).keys() & names:
            is_secure, is_framed = name.startswith("__"), name == framed
            same_site: Literal["none", "lax"] = "none" if is_framed else "lax"
            response.delete_cookie(name, path=self._path(request), secure=is_secure, httponly=True, samesite=same_site)
            if is_framed:
                _partition(response)

    def _is_framed(self, request: Request) -> bool:
        """Return whether the page is in a frame of a site that may show it."""
        return bool(self._embedders().origins) and request.headers.get(IN_FRAME) == "1"

    def _names(self, request: Request) -> list[str]:
        """Return the names that count, the safest first; behind TLS, one that can be set without TLS never does."""
        secure = self._name(request, is_secure=True)
        framed = [secure + _FRAMED] if self._embedders().origins else []
        return [secure, *framed] if _is_https(request) else [secure, *framed, self._name(request, is_secure=False)]

    def _name(self, request: Request, *, is_secure: bool) -> str:
        prefix = prefix_of(request, self._trust)
        place = prefix or f"/{_port(request) if self._trust is Trust.TCP else ''}"
        name = self._basic_name + re.sub(r"[^A-Za-z0-9]", "_", place.rstrip("/"))
        if not is_secure:
            return name
        return (_SECURE if prefix else _HOST) + name

    def _path(self, request: Request) -> str:
        return f"{prefix_of(request, self._trust)}/"


def _partition(response: Response) -> None:
    """Mark the cookie that was set last as one of the site around the frame, which the library does not know yet."""
    name, line = response.raw_headers[-1]
    response.raw_headers[-1] = (name, line + b"; Partitioned")


def _port(request: Request) -> int | str:
    server = request.scope.get("server")
    return (server[1] or "") if server else ""


def _is_https(request: Request) -> bool:
    """Return whether the browser's connection has TLS, as the browser or the proxy before us says."""
    proxied = request.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
    return _HTTPS in (request.url.scheme, proxied, urlsplit(request.headers.get("origin", "")).scheme)


def _parse_cookies(request: Request) -> dict[str, list[str]]:
    """Map each name to its values: a browser may send several, of which any could be another page's."""
    found: dict[str, list[str]] = {}
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            found.setdefault(name, []).append(value)
    return found
