"""Passes event streams from the ticket server to the browser, byte for byte."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import anyio
import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.event_response import begin_stream
from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable
from hero_assistance_sdk.foreign.http_client import read_body
from hero_assistance_ui.errors import failure_response

EVENT_STREAM = "text/event-stream"
_UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}
# A refusal is one JSON-RPC error.
_REFUSAL_LIMIT = 64 * 1024


class OpenStreams:
    """The open streams; a daemon calls `close` when it stops."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._scopes)

    def close(self) -> None:
        """End every stream now, and every later one at once."""
        self._closed = True
        for scope in list(self._scopes):
            scope.cancel()

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` until it is done or `close` is called."""
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                if not self._closed:
                    await work()
            finally:
                self._scopes.discard(scope)


class EventRelay(Response):
    """Answers with what the ticket server streams, until the server, the browser or this program ends it."""

    def __init__(
        self,
        opened: AbstractAsyncContextManager[httpx2.Response],
        failure: Callable[[httpx2.HTTPError], HeroError],
        streams: OpenStreams,
    ) -> None:
        self._opened = opened
        self._failure = failure
        self._streams = streams
        self._started = False
        self._refusal: Response = failure_response(Unreachable("this service is stopping"))
        super().__init__(media_type=EVENT_STREAM, headers=_UNBUFFERED)
        # The length is not known; without it the server sends chunks.
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        async with anyio.create_task_group() as group:
            group.start_soon(wait_until_browser_leaves, receive, group.cancel_scope)
            await self._streams.run(partial(self._relay, send))
            if self._started:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await self._refusal(scope, receive, send)
            group.cancel_scope.cancel()

    async def _relay(self, send: Send) -> None:
        try:
            async with self._opened as answer:
                if answer.status_code == 200 and is_stream(answer):
                    await self._pump(answer, send)
                else:
                    self._refusal = await _pass_on(answer)
        except httpx2.HTTPError as error:
            # Once started, the browser sees the stream end and comes back with the last id that it has.
            self._refusal = failure_response(self._failure(error))

    async def _pump(self, answer: httpx2.Response, send: Send) -> None:
        self._started = True
        await begin_stream(send, self.raw_headers)
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def wait_until_browser_leaves(receive: Receive, scope: anyio.CancelScope) -> None:
    """Cancel `scope` when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def is_stream(answer: httpx2.Response) -> bool:
    """Return whether the answer is an event stream."""
    return answer.headers.get("content-type", "").partition(";")[0].strip() == EVENT_STREAM


async def _pass_on(answer: httpx2.Response) -> Response:
    """Return the ticket server's own refusal, or say that this is no ticket server."""
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if not 400 <= answer.status_code < 600 or not is_json:
        return failure_response(ProtocolViolation("what answers is not an event stream"))
    try:
        body = await read_body(answer, _REFUSAL_LIMIT, "the server")
    except ProtocolViolation as error:
        return failure_response(error)
    return Response(body, status_code=answer.status_code, media_type="application/json")
