"""A server with limits, and the peers that talk to it byte by byte."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import Listener, serve
from hero_assistance_httpd.rpc_endpoint import JsonAnswer
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address

DEADLINE_S = 20.0
DRIP_S = 0.02
QUICK = replace(DEFAULTS, header_seconds=0.2, body_seconds=0.2, header_bytes=10_000, connections=8)
ASK = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"
LAST = ASK.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
WAIT = b"GET /wait HTTP/1.1\r\nhost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"


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


class Waiting:
    """An application that answers when it is let go; `asked` counts its requests."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()

    async def answer(self, _request: Request) -> Response:
        self.asked += 1
        await self.go.wait()
        return JSONResponse({"asked": self.asked})


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
async def served(limits: Limits = QUICK, waiting: Waiting | None = None, answer_bytes: int = 0) -> AsyncIterator[str]:
    """The address of a server with these limits: `/`, `/wait`, and a long answer in pieces and in one write."""
    stop, bound = asyncio.Event(), bind_tcp("127.0.0.1:0")

    async def long(_request: Request) -> Response:
        return JsonAnswer(b"x" * answer_bytes)

    async def whole(_request: Request) -> Response:
        return Response(b"x" * answer_bytes)

    routes = [
        Route("/", count, methods=["GET", "POST"]),
        Route("/wait", (waiting or Waiting()).answer),
        Route("/long", long),
        Route("/whole", whole),
    ]
    listener = Listener("tcp", bound, Router(routes), policy=Everybody())
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        group.create_task(serve([listener], stop=stop, limits=limits, grace_s=1))
        try:
            yield bound_address(bound)
        finally:
            stop.set()


async def connected(address: str, receive_buffer: int | None = None) -> Peer:
    """A connection; with a small buffer, what its owner does not read stays with the server."""
    host, port = address.split(":")
    made = socket.socket()
    if receive_buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, (host, int(port)))
    return Peer(*await asyncio.open_connection(sock=made, limit=64 * 1024))
