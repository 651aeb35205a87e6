"""JSON-RPC errors: which code stands for which error, and what travels with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from hero_assistance_sdk.errors import (
    Conflict,
    Forbidden,
    HeroError,
    NotFound,
    ThreadMoved,
    TooLarge,
    TooMany,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unreachable,
)

V = TypeVar("V")


class ParseFailure(HeroError):
    """The body is not JSON."""

    reason = "parse-error"


class InvalidRequest(HeroError):
    """The JSON is not a JSON-RPC 2.0 request."""

    reason = "invalid-request"


class MethodNotFound(HeroError):
    """No such method."""

    reason = "method-not-found"


class InvalidParams(HeroError):
    """The params do not fit the method; `faults` names each of them."""

    reason = "invalid-params"

    def __init__(self, message: str, *, faults: Sequence[str] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.faults = list(faults)


def misfit(method: str, faults: Sequence[str]) -> InvalidParams:
    """The error of params that do not fit `method`; each fault is `param: what is wrong with it`."""
    return InvalidParams(f"the params do not fit {method}", faults=faults, hint=f"rpc.discover describes {method}")


class InternalError(HeroError):
    """A defect of the server; its log holds the traceback."""

    reason = "internal-error"


class RpcFailure(HeroError):
    """An error that the other side answered with, as a client sees it."""

    reason = "rpc-failure"

    def __init__(self, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        self.code = code
        self.data = data or {}
        super().__init__(message, hint=self.data.get("hint"))

    @property
    def remote_reason(self) -> str:
        """The kebab-case reason that the server gave, or the empty text."""
        return str(self.data.get("reason", ""))


# -32700 to -32603 are the specification's; -32001 and down are ours (its range for servers).
CODES: dict[type[HeroError], int] = {
    ParseFailure: -32700,
    InvalidRequest: -32600,
    MethodNotFound: -32601,
    InvalidParams: -32602,
    InternalError: -32603,
    NotFound: -32001,
    Forbidden: -32002,
    Unauthenticated: -32003,
    Conflict: -32004,
    ThreadMoved: -32004,
    TooLarge: -32005,
    Unreachable: -32006,
    Unavailable: -32007,
    TooMany: -32008,
    TooSlow: -32009,
}
OTHER_FAILURE = -32000

# What a caller can do about each, in general; an answer's own hint says it of the case at hand.
ADVICE: dict[type[HeroError], str] = {
    ParseFailure: "send one JSON document in UTF-8, without NaN, Infinity or lone surrogates",
    InvalidRequest: 'send an object with "jsonrpc": "2.0", "method", and "params" as an object or an array',
    MethodNotFound: "rpc.discover lists the methods",
    InvalidParams: "each text in faults names a param and what is wrong with it",
    InternalError: "this is a defect of the server; its log says more",
    NotFound: "check the id, and whether the caller may know of it",
    Forbidden: "call as a user whose role allows it",
    Unauthenticated: "say who calls by the header that the listener believes",
    Conflict: "read the present state, and ask again",
    ThreadMoved: "read the messages in data, then send again, or at once with force",
    TooLarge: "send less at a time",
    Unreachable: "check whether the other side runs",
    Unavailable: "try again later; with the same client_token nothing is made twice",
    TooMany: "close what is not needed any more",
    TooSlow: "send the request faster, or in parts",
}

# The status of an answer that is not a JSON-RPC answer: a refused stream, a body that is too large.
HTTP_STATUS: dict[type[HeroError], int] = {
    ParseFailure: 400,
    InvalidRequest: 400,
    InvalidParams: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotFound: 404,
    TooSlow: 408,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
    Unreachable: 502,
    Unavailable: 503,
}
OTHER_STATUS = 500


def error_object(error: HeroError) -> dict[str, Any]:
    """The JSON-RPC error object of `error`: code, message, and data with reason, hint and faults."""
    data: dict[str, Any] = {"reason": error.reason}
    if error.hint:
        data["hint"] = error.hint
    if isinstance(error, InvalidParams) and error.faults:
        data["faults"] = error.faults
    if isinstance(error, RpcFailure):
        return {"code": error.code, "message": error.message, "data": error.data or data}
    return {"code": code_of(type(error)), "message": error.message, "data": {**error.details, **data}}


def code_of(kind: type[HeroError]) -> int:
    """The JSON-RPC code that stands for errors of a kind."""
    return _of(kind, CODES, OTHER_FAILURE)


def advice_of(kind: type[HeroError]) -> str:
    """What a caller can do about errors of a kind, in general."""
    return _of(kind, ADVICE, "")


def http_status(error: HeroError) -> int:
    """The HTTP status that stands for `error`."""
    return _of(type(error), HTTP_STATUS, OTHER_STATUS)


def failure(error: HeroError) -> dict[str, Any]:
    """The JSON-RPC answer to what is no call, or to one whose id is not known."""
    return {"jsonrpc": "2.0", "id": None, "error": error_object(error)}


def http_answer(error: HeroError, status: int | None = None) -> bytes:
    """The bytes of a whole HTTP answer, for a connection that is closed after it."""
    known = HTTPStatus(status or http_status(error))
    body = json.dumps(failure(error)).encode()
    head = f"HTTP/1.1 {known.value} {known.phrase}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body


def _of(kind: type[HeroError], table: dict[type[HeroError], V], other: V) -> V:
    """The entry of the kind, or of the nearest kind above it."""
    return next((table[above] for above in kind.__mro__ if above in table), other)
