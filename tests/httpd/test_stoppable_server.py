"""How a listener's server waits for its end, and what it still answers then."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from hero_assistance_httpd.stoppable_server import StoppableServer
from hero_assistance_sdk.net.sockets import bind_unix

pytestmark = pytest.mark.anyio

TIMEOUT_S = 10.0
REQUEST = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"


class Held:
    """An application whose answer waits until the test releases it."""

    def __init__(self) -> None:
        self.asked, self.released = asyncio.Event(), asyncio.Event()
        self.app = Router([Route("/", self._answer)])

    async def _answer(self, _request: Request) -> Response:
        self.asked.set()
        await self.released.wait()
        return PlainTextResponse("answered")


@asynccontextmanager
async def started(path: Path, held: Held, grace_s: int) -> AsyncIterator[tuple[StoppableServer, asyncio.Task[Any]]]:
    config = uvicorn.Config(held.app, lifespan="off", log_config=None, timeout_graceful_shutdown=grace_s)
    server = StoppableServer(config)
    async with asyncio.timeout(TIMEOUT_S):
        serving = asyncio.create_task(server.serve(sockets=[bind_unix(path)]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0)
        yield server, serving
        server.stop()
        await serving


async def test_no_timer_is_set_while_nothing_is_asked(hero_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    timers: list[float] = []
    call_at = loop.call_at

    def noted(when: float, *given: Any, **more: Any) -> asyncio.TimerHandle:
        timers.append(when)
        return call_at(when, *given, **more)

    monkeypatch.setattr(loop, "call_at", noted)
    before = loop.time()
    async with started(hero_root / "u.sock", Held(), grace_s=0):
        for _turn in range(10):
            await asyncio.sleep(0)
        # That of `started` alone.
        assert [when for when in timers if when < before + TIMEOUT_S] == []


async def test_what_was_asked_is_answered_before_the_end(hero_root: Path) -> None:
    path, held = hero_root / "u.sock", Held()
    async with started(path, held, grace_s=int(TIMEOUT_S)) as (server, serving):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(REQUEST)
        await held.asked.wait()
        server.stop()
        while _is_listening(path):  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert not serving.done()
        held.released.set()
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert answer.endswith(b"answered")
        writer.close()


async def test_what_takes_longer_than_the_grace_is_cut(hero_root: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, held = hero_root / "u.sock", Held()
    async with started(path, held, grace_s=0) as (server, serving):
        _reader, writer = await asyncio.open_unix_connection(path)
        writer.write(REQUEST)
        await held.asked.wait()
        server.stop()
        await serving
        assert "listener.requests-cut" in caplog.messages
        writer.close()


async def test_connections_without_a_request_end_at_once(hero_root: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = hero_root / "u.sock"
    async with started(path, Held(), grace_s=int(TIMEOUT_S)) as (server, serving):
        reader, writer = await asyncio.open_unix_connection(path)
        server.stop()
        await serving
        assert await reader.read() == b""
        assert caplog.messages == []
        writer.close()


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
