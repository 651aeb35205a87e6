"""How a failure is answered: HTTP status and a JSON-RPC error object, in one place."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from hero_assistance_sdk.errors import Conflict, Forbidden, HeroError, NotFound, TooLarge, Unauthenticated
from hero_assistance_sdk.rpc.errors import InvalidParams, InvalidRequest, MethodNotFound, ParseFailure, error_object

_STATUS: dict[type[HeroError], int] = {
    Conflict: 409,
    Forbidden: 403,
    InvalidParams: 400,
    InvalidRequest: 400,
    MethodNotFound: 403,
    NotFound: 404,
    ParseFailure: 400,
    TooLarge: 413,
    Unauthenticated: 401,
}
# What is left is a fault of the other side: unreachable, or not a ticket server.
_BAD_GATEWAY = 502


def failure_response(error: HeroError, request_id: Any = None) -> Response:
    """The answer to a request that failed before the ticket server answered it."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), _BAD_GATEWAY)
    body = {"jsonrpc": "2.0", "id": request_id, "error": error_object(error)}
    return JSONResponse(body, status_code=status, headers={"cache-control": "no-store"})
