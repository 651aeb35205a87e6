"""One rule for the request headers that our programs read: UTF-8, and given once.

Starlette reads header bytes as Latin-1 and takes the first of several; others take the last, or join them. So that no
two programs read one request differently, a request that leaves room for it is refused on every listener.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_sdk.rpc.errors import InvalidRequest

# What a program of ours decides by, or passes on. Headers that proxies add to, such as X-Forwarded-For, may repeat.
CHECKED = frozenset(
    {
        b"content-type",
        b"host",
        b"if-none-match",
        b"if-range",
        b"last-event-id",
        b"origin",
        b"range",
        b"sec-fetch-site",
        b"x-dev-user",
        b"x-hero-assistance-page",
        b"x-hero-claims",
        b"x-hero-context",
        b"x-hero-operator",
        b"x-hero-session",
        b"x-hero-user",
        b"x-page-user",
        b"x-picked-user",
    }
)


class HeaderCheck:
    """Answers 400 to a request whose checked headers are given twice or are not UTF-8; passes on any other."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        fault = find_fault(scope["headers"]) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
        else:
            refusal = InvalidRequest(fault, hint="send each header once, in UTF-8")
            await failure_response(refusal)(scope, receive, send)


def find_fault(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return what is wrong with the checked headers of a request, or `None`."""
    seen = set()
    for name, value in headers:
        if name not in CHECKED:
            continue
        if name in seen:
            return f"the header {name.decode()} is given twice"
        seen.add(name)
        if not (value.isascii() or _is_utf8(value)):
            return f"the header {name.decode()} is not UTF-8"
    return None


def read_header(request: Request, name: str) -> str | None:
    """Return the text of a checked header, `None` where there is none."""
    value = request.headers.get(name)
    return None if value is None else value.encode("latin-1").decode()


def pick_headers(request: Request, names: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return these headers of a request, byte for byte, to be passed on."""
    wanted = frozenset(names)
    return {name: value for name, value in request.scope["headers"] if name in wanted}


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
