"""Sends one request to an address that is checked when it is connected to; follows no redirect and reads no settings.

The name is resolved once, each address is checked, and the connection is made to the address that was checked: a name
that leads elsewhere a moment later (DNS rebinding) leads nowhere. TLS certificates are checked against the name.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hero_assistance_server.outgoing_http.model import Answer, Resolver
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy

# For all of one request: name, connection, TLS and answer.
TIMEOUT_S = 15.0


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as this machine resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(slots=True)
class OutgoingHttp:
    """Sends requests, each over a connection of its own; `policy` is asked before each of them."""

    policy: Callable[[], NetworkPolicy] = NetworkPolicy
    resolver: Resolver = resolve
    timeout_s: float = TIMEOUT_S
    ssl_context: ssl.SSLContext | None = None
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send one request; raises `AddressRefused`, `Unreachable` or `TooSlow`."""
        # Most desks send no request, and it takes a tenth of a start to import.
        import httpcore2

        from hero_assistance_server.outgoing_http.transport import CheckedBackend, send

        policy = self.policy()
        address = httpcore2.URL(url)
        context = await self._load_tls() if address.scheme == b"https" else None
        backend = CheckedBackend(policy, self.resolver, is_encrypted=context is not None)
        return await send(backend, context, method, address, headers=headers or {}, body=body, timeout_s=self.timeout_s)

    async def _load_tls(self) -> ssl.SSLContext:
        """The context that trusts what this machine trusts; reading its certificates takes some 20 ms."""
        async with self._loading:
            if self.ssl_context is None:
                self.ssl_context = await asyncio.to_thread(ssl.create_default_context)
            return self.ssl_context
