"""The HTTP side of every `rpc.sock`: `/rpc`, `/openrpc.json`, `/health`, `/.well-known/heroservice.json`."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.connections.memory_budget import count_memory
from hero_assistance_httpd.event_response import ABORT
from hero_assistance_httpd.health import Health, serialize_health
from hero_assistance_sdk.errors import HeroError, TooLarge, Unavailable
from hero_assistance_sdk.limits import DEFAULTS
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.errors import failure, http_status
from hero_assistance_sdk.rpc.openrpc import OpenRpcDocument

C = TypeVar("C")

# An answer longer than this is written as the peer takes it, and counts as memory of its connection.
_PIECE = 64 * 1024


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
    find_caller: Callable[[Request], Awaitable[C]]
    body_limit: int = int(DEFAULTS.body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            body = await read_bounded_body(request, self.body_limit)
            caller = await self.find_caller(request)
        except HeroError as error:
            response: Response = failure_response(error)
        except ClientDisconnect:
            # The client has left, so it reads no answer.
            return
        else:
            response = _to_response(await self.dispatcher.respond(body, caller))
        await response(scope, receive, send)


def _to_response(answer: bytes | AsyncIterator[bytes] | None) -> Response:
    if answer is None:
        return Response(status_code=204)
    return JsonAnswer(answer) if isinstance(answer, bytes) else _BatchAnswer(answer)


class JsonAnswer(Response):
    """Encoded JSON, written as the peer takes it."""

    media_type = "application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or 503 when there are too many long answers on their way."""
        body = bytes(self.body)
        if len(body) <= _PIECE:
            await super().__call__(scope, receive, send)
            return
        try:
            count_memory(scope, len(body))
        except Unavailable as error:
            await failure_response(error)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await _send_pieces(body, send, more=False)


class _BatchAnswer(Response):
    """The answers of a batch, each made when the one before it is on its way."""

    media_type = JsonAnswer.media_type

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the batch; a connection with too many long answers on their way is cut."""
        if scope["http_version"] == "1.0":
            # Chunks are of HTTP/1.1; what speaks less is told the length.
            await JsonAnswer(b"".join([chunk async for chunk in self._chunks]))(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        waiting = b""
        try:
            async for chunk in self._chunks:
                waiting += chunk
                if len(waiting) > _PIECE:
                    count_memory(scope, len(waiting))
                    await _send_pieces(waiting, send, more=True)
                    waiting = b""
        except Unavailable:
            scope["extensions"][ABORT]()
            return
        await send({"type": "http.response.body", "body": waiting, "more_body": False})


async def _send_pieces(body: bytes, send: Send, *, more: bool) -> None:
    """Send a part of an answer; `send` waits for a reader that is slower."""
    for begin in range(0, len(body), _PIECE):
        end = begin + _PIECE
        await send({"type": "http.response.body", "body": body[begin:end], "more_body": more or end < len(body)})


def failure_response(error: HeroError) -> Response:
    """The answer to a request that fails before, or outside of, JSON-RPC; the connection is closed after it."""
    headers = {"connection": "close", "cache-control": "no-store", **retry_headers(error)}
    return JSONResponse(failure(error), status_code=http_status(error), headers=headers)


def retry_headers(error: HeroError) -> dict[str, str]:
    """The header that says when a refused request may succeed."""
    return {} if error.retry_after is None else {"retry-after": str(error.retry_after)}


async def read_bounded_body(request: Request, limit: int) -> bytes:
    """Read the body; raises `TooLarge` as soon as it is longer than `limit` bytes, `Unavailable` for want of memory."""
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
        count_memory(request.scope, len(chunk))
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"the request body is larger than {limit} bytes", kind=RefusalKind.REQUEST_TOO_LARGE, values={"bytes": limit}
    )


def service_routes(info: ServiceInfo, health: Health) -> list[Route]:
    """`/health` and the manifest, which every socket of ours answers.

    A degraded daemon answers 200 as well: a supervisor restarts it for any other status, which mends nothing.
    """

    async def answer_health(_request: Request) -> Response:
        return JSONResponse({**serialize_health(health), "service": info.name, "version": info.version})

    async def manifest(_request: Request) -> Response:
        return JSONResponse(info.manifest())

    return [Route("/health", answer_health), Route("/.well-known/heroservice.json", manifest)]


def rpc_routes(endpoint: RpcEndpoint[C], document: OpenRpcDocument) -> list[Route]:
    """`/rpc` and `/openrpc.json`, whose bytes are made once; a client that has them learns that they are the same."""

    async def openrpc(request: Request) -> Response:
        body = await document.load()
        etag = _etag(body)
        headers = {"etag": etag, "cache-control": "no-cache"}
        if _names_etag(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        return JsonAnswer(body, headers=headers)

    return [Route("/rpc", endpoint, methods=["POST"]), Route("/openrpc.json", openrpc)]


@lru_cache(maxsize=4)
def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _names_etag(if_none_match: str, etag: str) -> bool:
    """Whether a condition names this document; weak and strong tags are alike here (RFC 9110, 13.1.2)."""
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in if_none_match.split(","))
