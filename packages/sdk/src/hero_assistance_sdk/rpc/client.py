"""A JSON-RPC client over a Unix socket or TCP, for the CLI and for tests; `async_client` holds the one for servers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.os_errors import choose_hint
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.rpc.http_connection import CutOff, HttpAnswer, HttpConnection, NotHttp

# Long enough for a durable write on a slow disk, short enough that it does not seem to hang.
CALL_TIMEOUT_S = 10.0
JSON_HEADERS = {"content-type": "application/json"}
# A message for a line or two; the rest of one that is longer helps no reader.
_LONGEST_MESSAGE = 2_000
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
        self._headers = {_to_bytes(name): _to_bytes(value) for name, value in (headers or {}).items()}
        self._http = HttpConnection(target, timeout_s)

    def call(self, method: str, **params: Any) -> Any:
        """Return the method's result; raises `RpcFailure`, `Unreachable` or `ProtocolViolation`."""
        answer = self._request("POST", "/rpc", encode_request(method, params))
        return decode_answer(self._target, answer.status, answer.body)

    def get(self, path: str) -> Any:
        """Fetch one of the socket's documents, such as `/health`."""
        return _parse_json(self._target, self._request("GET", path).body)

    def __enter__(self) -> RpcClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def _request(self, method: str, path: str, body: bytes = b"") -> HttpAnswer:
        headers = {**self._headers, b"content-type": b"application/json"} if body else self._headers
        try:
            return self._http.request(method, path, headers, body)
        except (CutOff, NotHttp, OSError) as error:
            raise explain_failure(self._target, error) from error


def encode_request(method: str, params: dict[str, Any]) -> bytes:
    """The bytes of one request."""
    request = {"jsonrpc": "2.0", "id": next(_ids), "method": method, "params": params}
    return json.dumps(request).encode()


def decode_answer(target: Path | str, status: int, body: bytes) -> Any:
    """The result inside an answer; raises the error that the answer holds."""
    answer = _parse_json(target, body)
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        raise _failure(target, answer["error"])
    if not isinstance(answer, dict) or "result" not in answer:
        raise ProtocolViolation(f"{target} answered HTTP {status} without a JSON-RPC result")
    return answer["result"]


def _failure(target: Path | str, error: dict[str, Any]) -> HeroError:
    """Return the error inside an answer, or what is wrong with it."""
    code, message, data = error.get("code"), error.get("message"), error.get("data")
    if not isinstance(code, int) or not isinstance(message, str):
        return ProtocolViolation(f"{target} answered with an error that is none of JSON-RPC")
    return RpcFailure(code, message[:_LONGEST_MESSAGE], data if isinstance(data, dict) else {})


def explain_failure(target: Path | str, error: CutOff | NotHttp | OSError) -> HeroError:
    """The error for what a connection failed with."""
    match error:
        case CutOff():
            return cut_off(target)
        case NotHttp():
            return not_http(target, str(error))
        case TimeoutError():
            return too_slow(target)
    hint = choose_hint(error, target) if isinstance(target, Path) and isinstance(error, OSError) else None
    return not_connected(target, hint or str(error))


def cut_off(target: Path | str) -> HeroError:
    """The error for a connection that was closed before the answer was whole."""
    return Unreachable(f"{target} closed the connection before it had answered", hint="if it stays so, see its log")


def not_http(target: Path | str, detail: str) -> HeroError:
    """The error for an answer that is not HTTP."""
    return ProtocolViolation(f"{target} does not speak HTTP", hint=detail or None)


def too_slow(target: Path | str) -> HeroError:
    """The error for an answer that did not come in time."""
    return Unreachable(f"{target} did not answer in time", hint="it may hang; see its log")


def not_connected(target: Path | str, detail: str) -> HeroError:
    """The error for a connection that could not be made, or failed."""
    if isinstance(target, Path) and not target.exists():
        return Unreachable(f"nothing listens on {target}", hint="start it with: hero_assistance --start")
    return Unreachable(f"cannot reach {target}", hint=detail or None)


def _to_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _parse_json(target: Path | str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ProtocolViolation(f"{target} answered with something that is not JSON") from None
