"""The way to one ticket server: calls over one pool of connections, event streams over another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from urllib.parse import quote

import httpx2

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.rpc.async_client import base_url, was_cut_off
from hero_assistance_sdk.size_limits import RELAY_BYTES
from hero_assistance_ui.page_methods import PageMethods
from hero_assistance_ui.projects import ShownProject, Sockets

# A server on the overlay may be a continent away; longer than this a user takes it for down.
CONNECT_TIMEOUT_S = 3.0
CALL_TIMEOUT_S = 10.0
# 2.5 of the server's pings, one each 20 s: a stream that is silent for longer is dead.
SILENCE_TIMEOUT_S = 50.0
# Files on their way at once; more wait.
FILES_LIMIT = 50


class Upstream:
    """One project's ticket server; `aclose` ends its connections."""

    def __init__(self, project: ShownProject) -> None:
        self.project = project
        # Streams stay open for hours: in one pool, the hundredth open page would block every call.
        self._calls = _client(project, "rpc", CALL_TIMEOUT_S, httpx2.Limits(max_connections=100))
        self._streams = _client(project, "events", SILENCE_TIMEOUT_S, httpx2.Limits())
        # A file takes as long as the slower side does; no call waits for it.
        self._files = _client(project, "rpc", SILENCE_TIMEOUT_S, httpx2.Limits(max_connections=FILES_LIMIT))
        self.page_methods = PageMethods(self.document)

    async def document(self) -> bytes:
        """Fetch the server's OpenRPC document; raises `Unreachable` or `ProtocolViolation`."""
        try:
            async with self._calls.stream("GET", "/openrpc.json") as response:
                return await self._bounded(response)
        except httpx2.HTTPError as error:
            raise self.failure(error) from error

    async def call(self, body: bytes, identity: Mapping[str, str]) -> tuple[int, bytes]:
        """Send one request; returns HTTP status and body, raises `Unreachable` or `ProtocolViolation`."""
        headers = {"content-type": "application/json", **identity}
        try:
            async with self._calls.stream("POST", "/rpc", content=body, headers=headers) as response:
                return response.status_code, await self._bounded(response)
        except httpx2.HTTPError as error:
            raise self.failure(error) from error

    def events(
        self, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """Open the event stream; raises `httpx2.HTTPError`, which `failure` puts in words."""
        sent = {"accept": "text/event-stream", **headers}
        return self._streams.stream("GET", "/events", params=dict(query), headers=sent)

    def upload(
        self, query: str, headers: Mapping[str, str], body: AsyncIterator[bytes]
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """Send a file on as it comes; raises `httpx2.HTTPError`."""
        return self._files.stream("POST", f"/attachments?{query}", content=body, headers=dict(headers))

    def download(
        self, method: str, attachment_id: str, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[httpx2.Response]:
        """Ask for a file; raises `httpx2.HTTPError`."""
        sent = {"accept-encoding": "identity", **headers}
        return self._files.stream(method, f"/attachments/{quote(attachment_id, safe='')}", headers=sent)

    def failure(self, error: httpx2.HTTPError) -> HeroError:
        """Return what a failed request means, in words for the user of the page."""
        name = self.project.name
        if was_cut_off(error):
            return Unreachable(f"{name} closed the connection before it had answered", hint=self._where())
        if isinstance(error, (httpx2.RemoteProtocolError, httpx2.DecodingError)):
            return ProtocolViolation(f"what answers for {name} is not a ticket server", hint=self._where())
        if isinstance(error, httpx2.TimeoutException):
            return Unreachable(f"{name} did not answer in time", hint=self._where())
        return Unreachable(f"{name} cannot be reached", hint=self._where())

    async def aclose(self) -> None:
        """Close the connections of every pool."""
        await self._calls.aclose()
        await self._streams.aclose()
        await self._files.aclose()

    async def _bounded(self, response: httpx2.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > RELAY_BYTES:
                raise ProtocolViolation(f"{self.project.name} answered with more than {RELAY_BYTES} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _where(self) -> str:
        if isinstance(self.project.target, Sockets):
            return "the ticket server of this machine is not running; start it with: hero_assistance --start"
        return f"is the ticket server at {self.project.target} running, and this device on its network?"


def _client(project: ShownProject, socket: str, read_s: float, limits: httpx2.Limits) -> httpx2.AsyncClient:
    target = project.target
    # No ticket server speaks TLS, and to read the certificates for it takes 50 to 150 ms of the start.
    if isinstance(target, Sockets):
        transport = httpx2.AsyncHTTPTransport(uds=str(getattr(target, socket)), limits=limits, verify=False)
        url = base_url(target.rpc)
    else:
        transport = httpx2.AsyncHTTPTransport(limits=limits, verify=False, trust_env=False)
        url = base_url(target)
    timeout = httpx2.Timeout(read_s, connect=CONNECT_TIMEOUT_S)
    return httpx2.AsyncClient(transport=transport, base_url=url, timeout=timeout, trust_env=False)
