"""The response that streams events, over real sockets."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from hero_assistance_httpd.event_response import EventStreamResponse
from hero_assistance_httpd.listeners import serve, unix_listener

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0


class Source:
    """An application whose streams a test feeds and ends."""

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.ended = asyncio.get_running_loop().create_future()
        self.left = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await EventStreamResponse(self._stream(), self.ended)(scope, receive, send)
        finally:
            self.left.set()

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        while (chunk := await self.chunks.get()) is not None:
            yield chunk


@asynccontextmanager
async def served(root: Path) -> AsyncIterator[tuple[Source, Path]]:
    source, stop, path = Source(), asyncio.Event(), root / "e.sock"
    listener = unix_listener(path, source)
    async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
        group.create_task(serve([listener], stop=stop))
        try:
            yield source, path
        finally:
            stop.set()


async def connected(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    return reader, writer


async def test_headers_are_there_before_the_first_chunk(hero_root: Path) -> None:
    async with served(hero_root) as (source, path):
        reader, writer = await connected(path)
        source.chunks.put_nowait(b"one")
        source.chunks.put_nowait(None)
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\none\r\n0\r\n\r\n"
        writer.close()


async def test_the_head_comes_before_the_stream_ends(hero_root: Path) -> None:
    async with served(hero_root) as (source, path):
        for method in (b"GET", b"HEAD"):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(method + b" / HTTP/1.1\r\nhost: desk\r\n\r\n")
            assert b"text/event-stream" in await reader.readuntil(b"\r\n\r\n")
            writer.close()
            await source.left.wait()


async def test_a_reader_that_leaves_ends_the_stream_without_a_chunk_being_sent(hero_root: Path) -> None:
    async with served(hero_root) as (source, path):
        _, writer = await connected(path)
        writer.close()
        await source.left.wait()


async def test_ended_ends_a_waiting_stream_cleanly(hero_root: Path) -> None:
    async with served(hero_root) as (source, path):
        reader, writer = await connected(path)
        source.ended.set_result(None)
        assert await reader.readuntil(b"0\r\n\r\n") == b"0\r\n\r\n"
        writer.close()


async def test_ended_cuts_a_reader_that_takes_nothing(hero_root: Path) -> None:
    """The connection is gone although megabytes are still on their way, without the reader's help."""
    async with served(hero_root) as (source, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stalled:
            stalled.connect(str(path))
            stalled.sendall(b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n")
            for _ in range(200):
                source.chunks.put_nowait(b"x" * 65536)
            await _until_stalled(source)
            source.ended.set_result(None)
            await source.left.wait()
            hung_up = select.poll()
            hung_up.register(stalled, 0)
            found = await asyncio.to_thread(hung_up.poll, TIMEOUT_S * 500)
            assert found == [(stalled.fileno(), select.POLLHUP)]


async def _until_stalled(source: Source) -> None:
    """Wait until nothing has been taken from the source for a while of the loop's turns."""
    size, turns = -1, 0
    while turns < 200:
        turns = turns + 1 if source.chunks.qsize() == size else 0
        size = source.chunks.qsize()
        await asyncio.sleep(0)
    assert size > 0
