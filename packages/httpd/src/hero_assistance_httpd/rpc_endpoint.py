"""The HTTP side of every `rpc.sock`: `/rpc`, `/openrpc.json`, `/health`, `/.well-known/heroservice.json`."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

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
            answer = await self.dispatcher.respond(body, caller)
            if answer is not None and not isinstance(answer, bytes):
                if scope["http_version"] != "1.0":
                    await _send_chunks(answer, send)
                    return
                # Chunks are of HTTP/1.1; what speaks less is told the length.
                answer = b"".join([chunk async for chunk in answer])
            response = Response(status_code=204) if answer is None else Response(answer, media_type=_JSON)
        await response(scope, receive, send)


async def _send_chunks(chunks: AsyncIterator[bytes], send: Send) -> None:
    """Send an answer as it is made; `send` waits for a reader that is slower."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", _JSON.encode())]})
    async for chunk in chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def failure_response(error: HeroError) -> Response:
    """The answer to a request that fails before, or outside of, JSON-RPC; the connection is closed after it."""
    headers = {"connection": "close", "cache-control": "no-store"}
    return JSONResponse(failure(error), status_code=http_status(error), headers=headers)


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


def service_routes(info: ServiceInfo) -> list[Route]:
    """`/health` and the manifest, which every socket of ours answers."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "service": info.name, "version": info.version})

    async def manifest(_request: Request) -> Response:
        return JSONResponse(info.manifest())

    return [Route("/health", health), Route("/.well-known/heroservice.json", manifest)]


def rpc_routes(endpoint: RpcEndpoint[C], document: dict[str, Any]) -> list[Route]:
    """`/rpc` and `/openrpc.json`, whose bytes are made once; a client that has them learns that they are the same."""
    body = to_json(document)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}

    async def openrpc(request: Request) -> Response:
        if _names_etag(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=_JSON, headers=headers)

    return [Route("/rpc", endpoint, methods=["POST"]), Route("/openrpc.json", openrpc)]


def _names_etag(if_none_match: str, etag: str) -> bool:
    """Whether a condition names this document; weak and strong tags are alike here (RFC 9110, 13.1.2)."""
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in if_none_match.split(","))
