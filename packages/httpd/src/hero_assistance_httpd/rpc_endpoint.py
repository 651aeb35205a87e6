"""The HTTP side of every `rpc.sock`: `/rpc`, `/openrpc.json`, `/health`, `/.well-known/heroservice.json`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.health import Health, serialize_health
from hero_assistance_sdk.errors import HeroError, TooLarge
from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.errors import failure, http_status

C = TypeVar("C")

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """The manifest data of a socket."""

    name: str
    title: str
    version: str
    description: str
    socket: str
    protocol: str = "openrpc"

    def manifest(self) -> dict[str, str]:
        """The body of `/.well-known/heroservice.json`."""
        return {
            "protocol": self.protocol,
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "description": self.description,
            "socket": self.socket,
        }


@dataclass(frozen=True, slots=True)
class RpcEndpoint(Generic[C]):
    """`POST /rpc`: reads a bounded body, answers it, or answers 204 to notifications.

    A plain ASGI application: Starlette's wrapper around a function costs a tenth of a call.
    """

    dispatcher: Dispatcher[C]
    caller_of: Callable[[Request], Awaitable[C]]
    body_limit: int = int(DEFAULTS.body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await bounded_body(request, self.body_limit)
            caller = await self.caller_of(request)
        except HeroError as error:
            response: Response = failure_response(error)
        except ClientDisconnect:
            # The client has left, so it reads no answer.
            return
        else:
            answer = await self.dispatcher.answer(body, caller)
            response = Response(status_code=204) if answer is None else Response(answer, media_type=_JSON)
        await response(scope, receive, send)


def failure_response(error: HeroError) -> Response:
    """The answer to a request that fails before, or outside of, JSON-RPC; the connection is closed after it."""
    headers = {"connection": "close", "cache-control": "no-store", **retry_headers(error)}
    return JSONResponse(failure(error), status_code=http_status(error), headers=headers)


def retry_headers(error: HeroError) -> dict[str, str]:
    """The header that says when a refused request may succeed."""
    return {} if error.retry_after is None else {"retry-after": str(error.retry_after)}


async def bounded_body(request: Request, limit: int) -> bytes:
    """Read the body; raises `TooLarge` as soon as it is longer than `limit` bytes."""
    if int(request.headers.get("content-length") or 0) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        # `request.stream()` is a generator and costs as much as the rest of this function.
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the request body is larger than {limit} bytes")


def service_routes(info: ServiceInfo, health: Health) -> list[Route]:
    """`/health` and the manifest, which every socket of ours answers.

    A degraded daemon answers 200 as well: a supervisor restarts it for any other status, which mends nothing.
    """

    async def answer_health(_request: Request) -> Response:
        return JSONResponse({**serialize_health(health), "service": info.name, "version": info.version})

    async def manifest(_request: Request) -> Response:
        return JSONResponse(info.manifest())

    return [Route("/health", answer_health), Route("/.well-known/heroservice.json", manifest)]


def rpc_routes(endpoint: RpcEndpoint[C], document: dict[str, Any]) -> list[Route]:
    """`/rpc` and `/openrpc.json`."""

    async def openrpc(_request: Request) -> Response:
        return JSONResponse(document)

    return [Route("/rpc", endpoint, methods=["POST"]), Route("/openrpc.json", openrpc)]
