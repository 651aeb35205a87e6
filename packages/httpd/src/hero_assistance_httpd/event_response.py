"""The HTTP response that streams server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable

from starlette.types import Message, Receive, Scope, Send

# How long a reader may take to read the end of a stream before its connection is cut.
LAST_WORD_S = 0.2
# The ASGI extension, given by `listeners`, that drops a connection with all that it has not sent.
ABORT = "hero_assistance.abort"

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class EventStreamResponse:
    """An ASGI response that streams `chunks` until they end, the reader leaves, or `ended` is done.

    `ended` also cuts a reader that has stopped reading: no stream outlives `ended` by more than `LAST_WORD_S`.
    """

    def __init__(self, chunks: AsyncGenerator[bytes, None], ended: asyncio.Future[None]) -> None:
        self._chunks = chunks
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until one of the three ends it."""
        await begin_stream(send, _HEADERS)
        try:
            if scope["method"] != "HEAD":
                await self._stream(receive, send)
        finally:
            await self._chunks.aclose()
        try:
            async with asyncio.timeout(LAST_WORD_S):
                await send(_body(b"", more=False))
        except TimeoutError:
            abort = scope.get("extensions", {}).get(ABORT)
            if abort is None:
                raise
            abort()

    async def _stream(self, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as group:
            pump = group.create_task(self._pump(send))
            reader = group.create_task(_wait_until_disconnected(receive))
            pump.add_done_callback(lambda _: reader.cancel())
            reader.add_done_callback(lambda _: pump.cancel())
            self._ended.add_done_callback(lambda _: pump.cancel())

    async def _pump(self, send: Send) -> None:
        async for chunk in self._chunks:
            await send(_body(chunk, more=True))


async def begin_stream(send: Send, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Send the head of a stream now: the first event, with which a server sends it else, may be long in coming."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send(_body(b"", more=True))


async def _wait_until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}
