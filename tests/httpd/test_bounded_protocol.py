"""Callers who are slow, endless or many: each gets an error and the end of the connection, the others their answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import Listener, serve
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.sockets import bind_tcp, bound_address

pytestmark = pytest.mark.anyio

DEADLINE_S = 20.0
DRIP_S = 0.02
QUICK = replace(DEFAULTS, header_seconds=0.2, body_seconds=0.2, header_bytes=10_000, connections=8)
ASK = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


class Everybody:
    """A policy that admits every peer."""

    def admits(self, peer: str) -> bool:
        return bool(peer)


async def count(request: Request) -> Response:
    """Answer with what was sent."""
    try:
        body = await request.body()
    except ClientDisconnect:
        return Response(status_code=400)
    return JSONResponse({"bytes": len(body), "headers": sorted(request.headers.keys())})


class Peer:
    """A connection, and what came over it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.early = reader, writer, b""

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def drip(self, piece: bytes, times: int) -> None:
        """Send a piece whenever nothing has been answered for a while, up to so many times."""
        for _ in range(times):
            self.send(piece)
            try:
                async with asyncio.timeout(DRIP_S):
                    self.early += await self.reader.read(65536)
                return
            except TimeoutError:
                continue

    async def rest(self) -> bytes:
        """All that comes until the server closes; a reset is a close, too."""
        received = self.early
        try:
            while piece := await self.reader.read(65536):
                received += piece
        except ConnectionResetError:
            pass
        self.writer.close()
        return received

    async def refusal(self) -> tuple[int, str]:
        """The status and the reason of the answer that ends the connection."""
        head, _, body = (await self.rest()).rpartition(b"\r\n\r\n")
        assert b"connection: close" in head
        return int(head.split()[1]), json.loads(body)["error"]["data"]["reason"]

    async def answer(self) -> dict[str, object]:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        found: dict[str, object] = json.loads(await self.reader.readexactly(length))
        return found


@asynccontextmanager
async def served(limits: Limits = QUICK) -> AsyncIterator[str]:
    stop, bound = asyncio.Event(), bind_tcp("127.0.0.1:0")
    listener = Listener("tcp", bound, Router([Route("/", count, methods=["GET", "POST"])]), policy=Everybody())
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        group.create_task(serve([listener], stop=stop, limits=limits, grace_s=1))
        try:
            yield bound_address(bound)
        finally:
            stop.set()


async def connected(address: str) -> Peer:
    host, port = address.split(":")
    return Peer(*await asyncio.open_connection(host, int(port)))


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nhost: x\r\n", b"\r\n\r\n"], ids=repr)
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
        (replace(DEFAULTS, connections=3), 503, "unavailable"),
        (replace(DEFAULTS, connections_per_peer=3), 429, "too-many"),
    ],
)
async def test_one_connection_too_many_is_told_so_and_a_free_place_is_taken(
    limits: Limits, status: int, reason: str
) -> None:
    async with served(limits) as address:
        peers = [await connected(address) for _ in range(3)]
        for peer in peers:
            peer.send(ASK)
            await peer.answer()
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


async def test_what_is_refused_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with served() as address:
            for sent in (ASK[:5], POST, POST + b"x"):
                peer = await connected(address)
                peer.send(sent)
                await peer.rest()
    assert [record for record in caplog.records if record.exc_info] == []
