"""Answers a request that failed before the ticket server answered it."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from hero_assistance_httpd.rpc_endpoint import retry_headers
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.errors import TRANSLATIONS, RpcFailure, failure, http_status


def failure_response(error: HeroError, request_id: Any = None) -> Response:
    """Return the answer: the status of the error's kind, and a JSON-RPC error object."""
    headers = {"cache-control": "no-store", **retry_headers(error)}
    return JSONResponse(failure(error, request_id), status_code=status_of(error), headers=headers)


def status_of(error: HeroError) -> int:
    """Return the HTTP status of an error; one that the ticket server answered with has that of its kind there."""
    if isinstance(error, RpcFailure):
        return next((row.http_status for row in TRANSLATIONS.values() if row.code == error.code), 502)
    return http_status(error)
