"""Addresses of a real server that tests take away: forwarders, as a proxy or a router is, and servers that pretend."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, Router

from hero_assistance_httpd.listeners import Listener, serve
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.rpc.errors import RpcFailure

LOOPBACK = "127.0.0.1:0"
_PIECE = 65536


@dataclass
class Forwarder:
    """Hands on the bytes of connections to `target`; it ends in the place of the answer to what holds `dies_at`."""

    listening: socket.socket = field(default_factory=lambda: bind_tcp(LOOPBACK))
    target: str = ""
    dies_at: bytes | None = None
    connections: int = 0
    _is_asked: bool = False
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.address = bound_address(self.listening)

    @property
    def is_connected(self) -> bool:
        """Whether a connection through it is open."""
        return bool(self._writers)

    async def start(self) -> None:
        """Take connections at the address, which stays the same."""
        if self._server is None and self.listening.fileno() < 0:
            self.listening = bind_tcp(self.address)
        self._server = await asyncio.start_server(self._forward, sock=self.listening)

    async def end(self) -> None:
        """Refuse connections from now on, and cut off those that there are, as the end of a machine does."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        host, _, port = self.target.rpartition(":")
        upstream, onward = await asyncio.open_connection(host, int(port))
        self._writers |= {writer, onward}
        with contextlib.suppress(OSError, asyncio.CancelledError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, onward, self._note))
                group.create_task(self._pump(upstream, writer, self._answer))
        self._writers -= {writer, onward}
        for one in (writer, onward):
            one.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look: Callable[[bytes], Awaitable[bool]]
    ) -> None:
        while piece := await reader.read(_PIECE):
            if not await look(piece):
                return
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def _note(self, piece: bytes) -> bool:
        self._is_asked = self._is_asked or (self.dies_at is not None and self.dies_at in piece)
        return True

    async def _answer(self, _piece: bytes) -> bool:
        if self._is_asked:
            await self.end()
        return not self._is_asked


@asynccontextmanager
async def pretending(
    answer: Callable[[dict[str, Any]], Awaitable[Any]], headers: dict[str, str] | None = None
) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers each call with what `answer` makes of its params; yields its address, and what is asked.

    An `RpcFailure` of `answer` is what the server refuses the call with. It has no events now.
    """
    asked: list[str] = []
    stop = asyncio.Event()

    async def respond(request: Request) -> JSONResponse:
        call = json.loads(await request.body())
        asked.append(call["method"])
        try:
            result = await answer(call["params"])
        except RpcFailure as error:
            refusal = {"code": error.code, "message": error.message, "data": error.data}
            return JSONResponse({"jsonrpc": "2.0", "id": call["id"], "error": refusal})
        return JSONResponse({"jsonrpc": "2.0", "id": call["id"], "result": result}, headers=headers)

    bound = bind_tcp(LOOPBACK)
    events = Route("/events", lambda _request: PlainTextResponse("not now", 503))
    app = Router([Route("/rpc", respond, methods=["POST"]), events])
    async with asyncio.TaskGroup() as group:
        group.create_task(serve([Listener("pretending", bound, app)], stop=stop, grace_s=1))
        try:
            yield bound_address(bound), asked
        finally:
            stop.set()
