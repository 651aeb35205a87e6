"""Peers that send requests ahead, and peers that do not read: one request at a time, in order, in bounded memory."""

from __future__ import annotations

import asyncio
import re
import tracemalloc
from dataclasses import replace

import pytest

from hero_assistance_sdk.limits import DEFAULTS
from tests.httpd.peers import ASK, CHUNKED, LAST, WAIT, Peer, Waiting, connected, served

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024


def post(body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def chunked(*chunks: bytes) -> bytes:
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def sizes(answers: bytes) -> list[int]:
    """The lengths of the bodies that the server counted, in the order of its answers."""
    return [int(size) for size in re.findall(rb'"bytes":(\d+)', answers)]


REQUESTS = [
    (ASK, 0),
    (post(b"abc"), 3),
    (chunked(b"x" * 700, b"\r\n\r\n", b"y"), 705),
    (ASK, 0),
    (post(b"\r\n\r\n" * 500), 2000),
    (post(b"z" * 100_000), 100_000),
    (post(b""), 0),
    (chunked(b"x" * 70_000), 70_000),
    (post(ASK), len(ASK)),
    (LAST, 0),
]


@pytest.mark.parametrize("piece", [1_000_000, 4096, 4095, 1500, 7])
async def test_requests_sent_ahead_are_answered_in_order(piece: int) -> None:
    sent, expected = b"".join(request for request, _ in REQUESTS), [size for _, size in REQUESTS]
    async with served(DEFAULTS) as address:
        peer = await connected(address)

        async def send() -> None:
            for begin in range(0, len(sent), piece):
                peer.send(sent[begin : begin + piece])
                await peer.writer.drain()

        sending = asyncio.create_task(send())
        assert sizes(await peer.rest()) == expected
        await sending


async def test_nothing_is_parsed_ahead_of_an_answer() -> None:
    waiting = Waiting()
    async with served(DEFAULTS, waiting) as address:
        peer = await connected(address)
        peer.send(WAIT * 5_000 + LAST)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert waiting.asked == 1
        waiting.go.set()
        assert (await peer.rest()).count(b'"asked":') == 5_000


@pytest.mark.parametrize(
    "flood", [b"GET /a HTTP/1.1\r\n\r\n", ASK, WAIT, b"GET /a HTTP/1.1\n\n", chunked(b"x")], ids=repr
)
async def test_a_flood_that_is_not_read_takes_bounded_memory(flood: bytes) -> None:
    """Most of what is sent stays with its sender, and the memory of the server is what a few requests take."""
    async with served(DEFAULTS) as address:
        (await connected(address)).writer.close()
        tracemalloc.start()
        try:
            peer = await connected(address)
            peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
            sent = await _send_what_is_taken(peer, flood * (MIB // len(flood)), 64)
            await asyncio.sleep(0.2)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak - sent < 8 * MIB
        peer.writer.transport.abort()


async def _send_what_is_taken(peer: Peer, piece: bytes, times: int) -> int:
    """Write pieces until the server takes no more for a while; returns the bytes that this side still holds."""
    for _ in range(times):
        peer.send(piece)
        try:
            async with asyncio.timeout(0.5):
                await peer.writer.drain()
        except (TimeoutError, ConnectionError):
            break
    return peer.writer.transport.get_write_buffer_size()


async def test_a_peer_that_does_not_read_its_answer_is_cut_and_one_that_reads_slowly_is_not() -> None:
    answer = 4 * MIB
    limits = replace(DEFAULTS, send_seconds=1.5, send_rate=1)
    async with served(limits, answer_bytes=answer) as address:
        stalled, slow = [await connected(address, receive_buffer=4096) for _ in range(2)]
        for peer in (stalled, slow):
            peer.send(b"GET /long HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        received = 0
        stalled.writer.transport.pause_reading()  # type: ignore[attr-defined]
        while piece := await slow.reader.read(64 * 1024):
            received += len(piece)
            await asyncio.sleep(0.05)
        assert received > answer
        stalled.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await stalled.rest()) < answer


async def test_a_short_answer_that_is_not_read_does_not_keep_a_closing_connection() -> None:
    """Its buffer never reaches the mark from which uvicorn waits: the close alone would wait for ever."""
    limits = replace(DEFAULTS, send_seconds=0.2)
    async with served(limits, answer_bytes=8 * MIB) as address:
        peer = await connected(address, receive_buffer=4096)
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        peer.send(b"GET /whole HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        await asyncio.sleep(1.0)
        peer.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await peer.rest()) < 8 * MIB


async def test_long_answers_that_wait_are_bounded_and_the_others_are_answered() -> None:
    limits = replace(DEFAULTS, memory_bytes_per_peer=12 * MIB)
    async with served(limits, answer_bytes=8 * MIB) as address:
        first, second, third = [await connected(address, receive_buffer=4096) for _ in range(3)]
        first.writer.transport.pause_reading()  # type: ignore[attr-defined]
        for peer in (first, second):
            peer.send(b"GET /long HTTP/1.1\r\nhost: localhost\r\n\r\n")
            await asyncio.sleep(0.2)
        assert await second.refusal() == (503, "unavailable")
        third.send(ASK)
        assert (await third.answer())["bytes"] == 0
        first.writer.transport.abort()
        for _ in range(100):
            again = await connected(address)
            again.send(b"GET /long HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            if b" 200 " in await again.reader.readline():
                break
            await asyncio.sleep(0.02)
        else:
            pytest.fail("the memory was not given back")
        assert len(await again.rest()) > 8 * MIB
