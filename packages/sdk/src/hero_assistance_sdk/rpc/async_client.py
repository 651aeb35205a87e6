"""A JSON-RPC client over a Unix socket that does not block the event loop, and the meaning of its library's errors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.foreign.http_client import make_client, open_answer, read_body
from hero_assistance_sdk.project.failures import NoAddressAnswers
from hero_assistance_sdk.rpc.client import (
    CALL_TIMEOUT_S,
    JSON_HEADERS,
    cut_off,
    decode_answer,
    encode_request,
    not_connected,
    not_http,
    too_slow,
)
from hero_assistance_sdk.rpc.http_connection import ANSWER_BYTES

# The library has one error for a connection that ends too soon and for what is not HTTP.
_CUT_OFF = ("Server disconnected", "peer closed connection", "peer unexpectedly closed connection")


class AsyncRpcClient:
    """Calls methods of one Unix socket without blocking the event loop; use it as an async context manager."""

    def __init__(self, socket: Path, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._socket = socket
        self._timeout_s = timeout_s
        self._http = make_client(socket, timeout=httpx2.Timeout(timeout_s))

    async def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        body = encode_request(method, params)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                open_answer(self._http, "POST", "/rpc", headers=JSON_HEADERS, content=body) as answer,
            ):
                status, body = answer.status_code, await read_body(answer, ANSWER_BYTES, str(self._socket))
        except TimeoutError:
            raise too_slow(self._socket) from None
        except httpx2.HTTPError as error:
            raise unreachable(self._socket, error) from error
        return decode_answer(self._socket, status, body)

    async def __aenter__(self) -> AsyncRpcClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


def base_url(target: Path | str) -> str:
    """The URL before the path: a Unix socket has no host of its own; TCP is `host:port` or `[v6]:port`."""
    return "http://localhost" if isinstance(target, Path) else f"http://{target}"


def unreachable(target: Path | str, error: httpx2.HTTPError) -> HeroError:
    """Translate a failed connection to an error with a readable message."""
    if isinstance(error, NoAddressAnswers):
        return error.why
    if was_cut_off(error):
        return cut_off(target)
    if isinstance(error, (httpx2.RemoteProtocolError, httpx2.DecodingError)):
        return not_http(target, str(error))
    if isinstance(error, httpx2.TimeoutException):
        return too_slow(target)
    return not_connected(target, str(error))


def was_cut_off(error: httpx2.HTTPError) -> bool:
    """Whether the other side closed the connection before its answer was whole, as a process that is killed does."""
    return isinstance(error, httpx2.RemoteProtocolError) and str(error).startswith(_CUT_OFF)
