"""The errors of JSON-RPC, and the one table that turns errors into RPC codes, HTTP and exit statuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hero_assistance_sdk.errors import (
    AnotherUser,
    Conflict,
    Deactivated,
    DraftMoved,
    Forbidden,
    HeroError,
    NotFound,
    ProtocolViolation,
    QuotaFull,
    ThreadMoved,
    TooLarge,
    TooMany,
    TooOften,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unreachable,
    UsageError,
)
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault, read_field_fault


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

    def __init__(self, message: str, *, faults: Sequence[str | FieldFault] = (), hint: str | None = None) -> None:
        """Each fault is one of a param, or a text such as `param: what is wrong with it`."""
        super().__init__(message, hint=hint)
        self.faults = [str(fault) for fault in faults]
        self.field_faults = [read_field_fault(fault) if isinstance(fault, str) else fault for fault in faults]


class Taken(Conflict):
    """A name or an address is another one's already."""

    def __init__(self, param: str, value: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        fault = FieldFault(param, FaultKind.TAKEN, message, {"value": value})
        self.details = {"field_faults": [fault.to_json()]}


def misfit(method: str, faults: Sequence[str | FieldFault]) -> InvalidParams:
    """The error of params that do not fit `method`."""
    return InvalidParams(f"the params do not fit {method}", faults=faults, hint=f"rpc.discover describes {method}")


class InternalError(HeroError):
    """A defect of the server; its log holds the traceback."""

    reason = "internal-error"


class AnswerTooLarge(HeroError):
    """The answer has more bytes than one answer may have."""

    reason = "answer-too-large"


class BatchFull(HeroError):
    """The answers of a batch have reached their limit: this call of it was not run."""

    reason = "batch-full"


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


@dataclass(frozen=True, slots=True)
class Translation:
    """The codes and the advice for one kind of error, outside of this program.

    `code` is JSON-RPC's: -32700 to -32603 are the specification's, -32000 to -32099 its range for servers.
    `http_status` is for an answer that is not a JSON-RPC answer: a refused stream, a body that is too large.
    `advice` says what a caller can do about it in general; an answer's own hint says it of the case at hand.
    """

    code: int
    http_status: int
    advice: str
    exit_status: int = 1


TRANSLATIONS: dict[type[HeroError], Translation] = {
    ParseFailure: Translation(-32700, 400, "send one JSON document in UTF-8, without NaN, Infinity or lone surrogates"),
    InvalidRequest: Translation(
        -32600, 400, 'send an object with "jsonrpc": "2.0", "method", and "params" as an object or an array'
    ),
    MethodNotFound: Translation(-32601, 404, "rpc.discover lists the methods"),
    InvalidParams: Translation(-32602, 400, "each text in faults names a param and what is wrong with it"),
    InternalError: Translation(-32603, 500, "this is a defect of the server; its log says more"),
    NotFound: Translation(-32001, 404, "check the id, and whether the caller may know of it"),
    Forbidden: Translation(-32002, 403, "call as a user whose role allows it"),
    Unauthenticated: Translation(-32003, 401, "say who calls by the header that the listener believes"),
    Deactivated: Translation(-32003, 403, "ask an admin of the project to reactivate the user"),
    AnotherUser: Translation(-32015, 403, "ask who is calling, and begin again as that user"),
    Conflict: Translation(-32004, 409, "read the present state, and ask again"),
    DraftMoved: Translation(-32014, 409, "read the draft there is now, and go on from there"),
    ThreadMoved: Translation(-32004, 409, "read the messages in data, then send again, or at once with force"),
    TooLarge: Translation(-32005, 413, "send less at a time"),
    TooOften: Translation(-32012, 429, "wait as many seconds as retry_after says, then send it again"),
    QuotaFull: Translation(-32013, 507, "delete files that are not needed, or ask an admin for a larger quota"),
    Unreachable: Translation(-32006, 502, "check whether the other side runs"),
    Unavailable: Translation(-32007, 503, "try again later; with the same client_token nothing is made twice"),
    TooMany: Translation(-32008, 429, "close what is not needed any more"),
    TooSlow: Translation(-32009, 408, "send the request faster, or in parts"),
    ProtocolViolation: Translation(-32010, 502, "check that the address is that of a ticket server"),
    AnswerTooLarge: Translation(-32020, 500, "ask for less at a time"),
    BatchFull: Translation(-32021, 413, "send the call again, alone or in another batch"),
    UsageError: Translation(-32000, 400, "read --help", exit_status=2),
    # An error of the other side keeps its code; for callers of a gateway it comes from upstream.
    RpcFailure: Translation(-32000, 502, "read the message: it is the other side's"),
    HeroError: Translation(-32000, 500, "read the message"),
}
# The kinds that a JSON-RPC answer of ours has, with their codes.
CODES = {kind: row.code for kind, row in TRANSLATIONS.items() if row.code != TRANSLATIONS[HeroError].code}


def error_object(error: HeroError) -> dict[str, Any]:
    """The JSON-RPC error object of `error`: code, message, and data with reason, hint, kind and values, and faults."""
    data: dict[str, Any] = {"reason": error.reason}
    if error.hint:
        data["hint"] = error.hint
    if error.kind is not None:
        data |= {"kind": error.kind.value, "values": dict(error.values)}
    if isinstance(error, InvalidParams) and error.faults:
        data["faults"] = error.faults
        data["field_faults"] = [fault.to_json() for fault in error.field_faults]
    if isinstance(error, RpcFailure):
        return {"code": error.code, "message": error.message, "data": error.data or data}
    return {"code": code_of(type(error)), "message": error.message, "data": {**error.details, **data}}


def translation_of(kind: type[HeroError]) -> Translation:
    """The row of the kind, or of the nearest kind above it."""
    return next(TRANSLATIONS[above] for above in kind.__mro__ if above in TRANSLATIONS)


def code_of(kind: type[HeroError]) -> int:
    """The JSON-RPC code that stands for errors of a kind."""
    return translation_of(kind).code


def http_status(error: HeroError) -> int:
    """The HTTP status that stands for `error`."""
    return translation_of(type(error)).http_status


def exit_status(error: HeroError) -> int:
    """The exit status of a program that `error` ends."""
    return translation_of(type(error)).exit_status


def failure(error: HeroError, request_id: Any = None) -> dict[str, Any]:
    """The JSON-RPC answer to an invalid call, or to one with an unknown id."""
    return {"jsonrpc": "2.0", "id": request_id, "error": error_object(error)}


def http_answer(error: HeroError, status: int | None = None) -> bytes:
    """The bytes of a whole HTTP answer, for a connection that is closed after it."""
    known = HTTPStatus(status or http_status(error))
    body = json.dumps(failure(error)).encode()
    head = f"HTTP/1.1 {known.value} {known.phrase}\r\ncontent-type: application/json\r\n"
    if error.retry_after is not None:
        head += f"retry-after: {error.retry_after}\r\n"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
