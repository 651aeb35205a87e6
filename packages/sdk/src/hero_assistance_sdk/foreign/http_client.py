"""HTTP to servers that may lie: no cookies, no compression, and a bound on every answer's head, length and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.foreign.json_checks import quote
from hero_assistance_sdk.net.idle_connections import KEPT_S
from hero_assistance_sdk.project.address_book import AddressBook

# From the request to the end of the answer's head: each byte of it may take as long as the client's time-out.
HEAD_TIMEOUT_S = 10.0
_PLAIN = "identity"
_WITHOUT_BODY = (204, 304)


def make_client(
    target: Path | str | AddressBook, *, timeout: httpx2.Timeout, limits: httpx2.Limits | None = None
) -> httpx2.AsyncClient:
    """Return a client of a Unix socket, of `host:port` or `[v6]:port`, or of a project at several of these."""
    return httpx2.AsyncClient(
        transport=_PlainTransport(_make_transport(target, limits or httpx2.Limits())),
        base_url=f"http://{target}" if isinstance(target, str) else "http://localhost",
        headers={"accept-encoding": _PLAIN},
        timeout=timeout,
        trust_env=False,
    )


def _make_transport(target: Path | str | AddressBook, limits: httpx2.Limits) -> httpx2.AsyncBaseTransport:
    kept = httpx2.Limits(
        max_connections=limits.max_connections,
        max_keepalive_connections=limits.max_keepalive_connections,
        keepalive_expiry=KEPT_S,
    )
    if isinstance(target, AddressBook):
        # It imports what clients of one address do not need.
        from hero_assistance_sdk.project.transport import ProjectTransport

        return ProjectTransport(target, kept)
    # No server of ours speaks TLS, and to read the certificates for it takes 50 to 150 ms of the loop.
    options: dict[str, Any] = {"limits": kept, "verify": False, "trust_env": False}
    if isinstance(target, Path):
        options["uds"] = str(target)
    return httpx2.AsyncHTTPTransport(**options)


class _PlainTransport(httpx2.AsyncBaseTransport):
    """Drops headers of answers that no caller may follow.

    A jar of cookies would grow as a stranger likes, and send them back. A length next to another framing, or of an
    answer without a body, is not that of the body.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        response = await self._inner.handle_async_request(request)
        dropped = ["set-cookie", "set-cookie2"]
        if response.status_code in _WITHOUT_BODY or "transfer-encoding" in response.headers:
            dropped.append("content-length")
        for name in dropped:
            response.headers.pop(name, None)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


@asynccontextmanager
async def open_answer(
    http: httpx2.AsyncClient,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | Mapping[bytes, bytes] | None = None,
    content: bytes = b"",
) -> AsyncIterator[httpx2.Response]:
    """Yield an answer whose head has come in time; raises `httpx2.HTTPError`."""
    request = http.build_request(method, path, headers=headers, content=content or None)
    try:
        async with asyncio.timeout(HEAD_TIMEOUT_S):
            answer = await http.send(request, stream=True)
    except TimeoutError:
        raise httpx2.ReadTimeout("no head of an answer in time", request=request) from None
    try:
        yield answer
    finally:
        await answer.aclose()


async def read_body(answer: httpx2.Response, limit: int, name: str) -> bytes:
    """Return the whole body; raises `ProtocolViolation` for more than `limit` bytes, or compressed ones."""
    check_encoding(answer, name)
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > limit:
            raise ProtocolViolation(f"{name} answered with more than {limit} bytes")
    return bytes(body)


def check_encoding(answer: httpx2.Response, name: str) -> None:
    """Raise `ProtocolViolation` for an answer that is compressed: a few bytes of it may become millions."""
    encoding = str(answer.headers.get("content-encoding", _PLAIN)).strip().lower()
    if encoding != _PLAIN:
        raise ProtocolViolation(f"{name} answered in the encoding {quote(encoding)}, which was not asked for")


def media_type(answer: httpx2.Response) -> str:
    """Return the media type of an answer, without its parameters."""
    return str(answer.headers.get("content-type", "")).partition(";")[0].strip().lower()
