"""Refuses requests over TCP that name another host than this machine.

A foreign name that resolves to this machine (DNS rebinding) would make a stranger's page "same origin" in a browser,
and the browser's owner the caller. An address that is written as one, and this machine's own names, cannot be rebound.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from hero_assistance_httpd.rpc_endpoint import failure_response
from hero_assistance_sdk.errors import Forbidden, HeroError, UsageError
from hero_assistance_sdk.net.host_names import HOSTS_SETTING, is_address, parse_host

_REMEMBERED = 256


class HostGuard:
    """Passes on the requests that name this machine once: by an address, as localhost, or by a name of its own."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names
        # A client says the same host in each request.
        self._is_own = lru_cache(_REMEMBERED)(self._find_out)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await failure_response(refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> HeroError | None:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return UsageError("a request has one Host header", hint="send the address that you connect to")
        if self._is_own(given[0]):
            return None
        return Forbidden(
            "this address is not served here",
            hint=f"use the IP address or localhost, or name the host in {HOSTS_SETTING} where the service starts",
        )

    def _find_out(self, header: bytes) -> bool:
        name = parse_host(header.decode("latin-1"))
        return name in self._names or name.endswith(".localhost") or is_address(name)
