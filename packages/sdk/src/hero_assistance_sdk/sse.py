"""Server-sent events: the bytes of one event, and the response that streams them.

Source: the server-sent events section of the HTML standard.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Message, Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
# Home routers drop connections that are silent for 60 s; the clients' watchdog waits 2.5 of these.
PING_S = 20.0
# How long a reader may take to make room for the end of a stream before its connection is cut.
LAST_WORD_S = 0.2
# The ASGI extension, given by `listeners`, that drops a connection with whatever it has not sent.
ABORT = "hero_assistance.abort"

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def encode(
    *, event: str | None = None, data: str | None = None, seq: int | None = None, retry_ms: int | None = None
) -> bytes:
    """The bytes of one event; without `data` a browser only remembers `seq` and `retry_ms`."""
    lines = []
    if retry_ms is not None:
        lines.append(f"retry: {retry_ms}\n")
    if seq is not None:
        lines.append(f"id: {seq}\n")
    if event is not None:
        lines.append(f"event: {event}\n")
    if data is not None:
        lines.extend(f"data: {line}\n" for line in data.split("\n"))
    return "".join(lines).encode() + b"\n"


class EventStreamResponse:
    """An ASGI response that streams `chunks` until they end, the reader leaves, or `ended` is done.

    `ended` also cuts a reader that takes nothing any more: no stream outlives it by more than `LAST_WORD_S`.
    """

    def __init__(self, chunks: AsyncGenerator[bytes, None], ended: asyncio.Future[None]) -> None:
        self._chunks = chunks
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
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
            reader = group.create_task(_until_disconnected(receive))
            pump.add_done_callback(lambda _: reader.cancel())
            reader.add_done_callback(lambda _: pump.cancel())
            self._ended.add_done_callback(lambda _: pump.cancel())

    async def _pump(self, send: Send) -> None:
        async for chunk in self._chunks:
            await send(_body(chunk, more=True))


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}
