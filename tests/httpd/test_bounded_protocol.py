"""Callers who are slow, endless or many: each gets an error and the end of the connection, the others their answers."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from hero_assistance_sdk.limits import DEFAULTS, Limits
from tests.httpd.peers import ASK, CHUNKED, LAST, POST, QUICK, WAIT, Waiting, connected, served

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nhost: localhost\r\n", b"\r\n\r\n"], ids=repr)
async def test_headers_that_do_not_come_are_408(sent: bytes) -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(sent)
        assert await peer.refusal() == (408, "too-slow")


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with served() as address:
        assert await (await connected(address)).rest() == b""


async def test_headers_a_byte_at_a_time_are_cut_at_the_same_time() -> None:
    """A byte now and then is not progress: the whole of the headers has one time."""
    async with served() as address:
        peer = await connected(address)
        peer.send(b"GET /")
        await peer.drip(b"a", 1000)
        assert await peer.refusal() == (408, "too-slow")


async def test_the_second_request_of_a_connection_has_the_same_limits() -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(ASK)
        assert (await peer.answer())["bytes"] == 0
        peer.send(ASK[:10])
        assert await peer.refusal() == (408, "too-slow")


async def test_empty_lines_do_not_keep_a_connection() -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(ASK)
        await peer.answer()
        peer.send(b"\r\n")
        assert await peer.refusal() == (408, "too-slow")


@pytest.mark.parametrize("sent", [POST, POST + b"x" * 99, CHUNKED, CHUNKED + b"5\r\nabc"], ids=repr)
async def test_a_body_that_does_not_come_is_408(sent: bytes) -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(sent)
        assert await peer.refusal() == (408, "too-slow")


async def test_a_body_that_comes_steadily_is_waited_for() -> None:
    """It takes longer than its first time; each piece brings more of it."""
    async with served(replace(QUICK, body_rate=5, body_seconds=0.1)) as address:
        peer = await connected(address)
        peer.send(POST)
        await peer.drip(b"x" * 5, 20)
        assert b'"bytes":100' in peer.early or (await peer.answer())["bytes"] == 100


async def test_a_few_bytes_of_a_body_buy_no_time() -> None:
    """The one that has begun its body is cut before one that asked half the time later and sent none."""
    async with served(replace(QUICK, body_seconds=1.0)) as address:
        ended: list[str] = []

        async def end(name: str, sent: bytes) -> None:
            peer = await connected(address)
            peer.send(sent)
            assert await peer.refusal() == (408, "too-slow")
            ended.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(end("begun", POST + b"x" * 20))
            await asyncio.sleep(0.5)
            group.create_task(end("later", POST))
    assert ended == ["begun", "later"]


@pytest.mark.parametrize(
    "endless",
    [b"GET / HTTP/1.1\r\nname: ", b"GET /", b"GET / HTTP/1.1\r\n", CHUNKED + b"1\r\na\r\n0\r\ntrailer: "],
    ids=["header", "path", "headers", "trailer"],
)
async def test_endless_headers_are_431(endless: bytes) -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(endless)
        piece = b"name: value\r\n" * 100 if endless.endswith(b"1.1\r\n") else b"x" * 1000
        for _ in range(100):
            peer.send(piece)
            await asyncio.sleep(0)
        assert await peer.refusal() == (431, "too-large")


async def test_headers_after_a_body_do_not_reach_the_application() -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(CHUNKED + b"1\r\na\r\n0\r\nx-dev-user: alice\r\n\r\n")
        assert await peer.answer() == {"bytes": 1, "headers": ["host", "transfer-encoding"]}


@pytest.mark.parametrize(
    ("limits", "status", "reason"),
    [
        (replace(DEFAULTS, connections=4), 503, "unavailable"),
        (replace(DEFAULTS, connections_per_peer=3), 429, "too-many"),
    ],
)
async def test_one_connection_too_many_is_told_so_and_a_free_place_is_taken(
    limits: Limits, status: int, reason: str
) -> None:
    waiting = Waiting()
    async with served(limits, waiting) as address:
        peers = [await connected(address) for _ in range(3)]
        for peer in peers:
            peer.send(WAIT)
        while waiting.asked < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await (await connected(address)).refusal() == (status, reason)
        peers[0].writer.close()
        await peers[0].writer.wait_closed()
        for _ in range(200):
            peer = await connected(address)
            peer.send(ASK)
            if b" 200 " in await peer.reader.readline():
                break
        else:
            pytest.fail("the place was not given again")
        waiting.go.set()


async def test_a_body_is_no_part_of_the_headers_limit() -> None:
    async with served(replace(QUICK, header_bytes=200)) as address:
        peer = await connected(address)
        peer.send(POST.replace(b"100", b"3000") + b"x" * 3000)
        assert (await peer.answer())["bytes"] == 3000


async def test_the_oldest_stranger_makes_room_and_one_who_asks_does_not() -> None:
    waiting = Waiting()
    async with served(replace(DEFAULTS, connections=8), waiting) as address:
        busy = await connected(address)
        busy.send(WAIT)
        half = await connected(address)
        half.send(POST)
        strangers = [await connected(address) for _ in range(20)]
        last = await connected(address)
        last.send(ASK)
        assert (await last.answer())["bytes"] == 0
        assert await half.rest() == b""
        for stranger in strangers[:13]:
            assert await stranger.rest() == b""
        waiting.go.set()
        assert (await busy.answer())["asked"] == 1


async def test_headers_in_one_write_are_bounded_to_the_byte() -> None:
    for size, status in ((10_000, 200), (10_001, 431), (200_000, 431)):
        async with served(replace(QUICK, header_seconds=5)) as address:
            peer = await connected(address)
            name = b"x" * (size - len(LAST) - len(b"name: \r\n"))
            peer.send(LAST.replace(b"\r\n\r\n", b"\r\nname: %s\r\n\r\n" % name))
            assert int((await peer.rest()).split()[1]) == status


async def test_what_is_refused_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with served() as address:
            for sent in (ASK[:5], POST, POST + b"x"):
                peer = await connected(address)
                peer.send(sent)
                await peer.rest()
    assert [record for record in caplog.records if record.exc_info] == []
