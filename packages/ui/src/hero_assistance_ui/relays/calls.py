"""The requests of `POST /projects/{id}/rpc`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from hero_assistance_sdk.rpc.errors import InvalidRequest, ParseFailure


@dataclass(frozen=True, slots=True)
class Call:
    """One parsed request of the page."""

    id: str | int
    method: str
    params: dict[str, Any]

    def encode(self) -> bytes:
        """Return the bytes to pass on; written again, so that both sides read the same method in them."""
        request = {"jsonrpc": "2.0", "id": self.id, "method": self.method, "params": self.params}
        return to_json(request)


def parse_call(body: bytes) -> Call:
    """Read one request as the ticket server does; raises `ParseFailure` or `InvalidRequest`."""
    try:
        request = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise ParseFailure("the body is not valid JSON", hint=str(error)) from None
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise InvalidRequest("the page sends one JSON-RPC 2.0 request at a time")
    call_id, method, params = request.get("id"), request.get("method"), request.get("params", {})
    if not isinstance(call_id, (str, int)) or not isinstance(method, str) or not isinstance(params, dict):
        raise InvalidRequest("a request of the page has an id, a method, and params by name")
    return Call(call_id, method, params)
