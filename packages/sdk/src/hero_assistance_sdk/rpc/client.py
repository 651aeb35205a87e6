"""A JSON-RPC client over a Unix socket or TCP, for the CLI and for tests (sync) and for servers (async)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.rpc.errors import RpcFailure

# Long enough for a durable write on a slow disk, short enough that nobody thinks it hangs.
CALL_TIMEOUT_S = 10.0
_ids = itertools.count(1)


class RpcClient:
    """Calls methods of one socket; use it as a context manager."""

    def __init__(
        self,
        target: Path | str,
        *,
        headers: Mapping[str, str] | Mapping[bytes, bytes] | None = None,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> None:
        self._target = target
        # Here as on the overlay there is no TLS, and to read the certificates for it takes 50 to 150 ms.
        transport = httpx2.HTTPTransport(uds=str(target), verify=False) if isinstance(target, Path) else None
        self._http = httpx2.Client(
            transport=transport,
            verify=False,
            base_url=base_url(target),
            headers=headers,
            timeout=timeout_s,
            trust_env=False,
        )

    def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        try:
            response = self._http.post("/rpc", content=encoded(method, params), headers=JSON_HEADERS)
        except httpx2.HTTPError as error:
            raise unreachable(self._target, error) from error
        return decoded(self._target, response.status_code, response.content)

    def get(self, path: str) -> Any:
        """Fetch one of the socket's documents, such as `/health`."""
        try:
            response = self._http.get(path)
        except httpx2.HTTPError as error:
            raise unreachable(self._target, error) from error
        return _json(self._target, response.content)

    def __enter__(self) -> RpcClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


class AsyncRpcClient:
    """Calls methods of one Unix socket without holding up the loop; use it as an async context manager."""

    def __init__(self, socket: Path, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._socket = socket
        self._http = httpx2.AsyncClient(
            # See `RpcClient`; here it would hold up the loop.
            transport=httpx2.AsyncHTTPTransport(uds=str(socket), verify=False),
            base_url=base_url(socket),
            timeout=timeout_s,
            trust_env=False,
        )

    async def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        try:
            response = await self._http.post("/rpc", content=encoded(method, params), headers=JSON_HEADERS)
        except httpx2.HTTPError as error:
            raise unreachable(self._socket, error) from error
        return decoded(self._socket, response.status_code, response.content)

    async def __aenter__(self) -> AsyncRpcClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


# The library has one error for a connection that ends too soon and for what is not HTTP.
_CUT_OFF = ("Server disconnected", "peer closed connection", "peer unexpectedly closed connection")
JSON_HEADERS = {"content-type": "application/json"}


def base_url(target: Path | str) -> str:
    """The URL before the path: a Unix socket has no host of its own; TCP is `host:port` or `[v6]:port`."""
    return "http://localhost" if isinstance(target, Path) else f"http://{target}"


def encoded(method: str, params: dict[str, Any]) -> bytes:
    """The bytes of one request."""
    request = {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": params}
    return json.dumps(request).encode()


def decoded(target: Path | str, status: int, body: bytes) -> Any:
    """The result inside an answer; raises what the answer says."""
    answer = _json(target, body)
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        error = answer["error"]
        data = error.get("data")
        raise RpcFailure(
            int(error.get("code", 0)), str(error.get("message", "")), data if isinstance(data, dict) else {}
        )
    if not isinstance(answer, dict) or "result" not in answer:
        raise ProtocolViolation(f"{target} answered HTTP {status} without a JSON-RPC result")
    return answer["result"]


def unreachable(target: Path | str, error: httpx2.HTTPError) -> HeroError:
    """What a failed connection means, in words for a person."""
    if was_cut_off(error):
        return Unreachable(f"{target} closed the connection before it had answered", hint="if it stays so, see its log")
    if isinstance(error, (httpx2.RemoteProtocolError, httpx2.DecodingError)):
        return ProtocolViolation(f"{target} does not speak HTTP", hint=str(error) or None)
    if isinstance(error, httpx2.TimeoutException):
        return Unreachable(f"{target} did not answer in time", hint="it may hang; see its log")
    if isinstance(target, Path) and not target.exists():
        return Unreachable(f"nothing listens on {target}", hint="start it with: hero_assistance --start")
    return Unreachable(f"cannot reach {target}", hint=str(error) or None)


def was_cut_off(error: httpx2.HTTPError) -> bool:
    """Whether the other side closed the connection before its answer was whole, as a process that is killed does."""
    return isinstance(error, httpx2.RemoteProtocolError) and str(error).startswith(_CUT_OFF)


def _json(target: Path | str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise ProtocolViolation(f"{target} answered with something that is not JSON") from None
