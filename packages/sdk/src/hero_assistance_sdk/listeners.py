"""Sockets of a daemon, and one loop that serves different applications on each until it is told to stop.

Which listener a request came in by decides what is believed of it, so each listener has its own application.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.sockets import (
    BACKLOG,
    SOCKET_MODE,
    bind_tcp,
    bind_unix,
    bound_address,
    listening_pid,
    parse_address,
)
from hero_assistance_sdk.sse import ABORT

__all__ = [
    "BACKLOG",
    "SOCKET_MODE",
    "Listener",
    "bind_tcp",
    "bind_unix",
    "bound_address",
    "listening_pid",
    "parse_address",
    "serve",
    "tcp_listener",
    "unix_listener",
]

# Open streams are told to end first; what is still open after this is cut.
GRACE_S = 2

_log = get_log("listeners")


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket and the application behind it."""

    name: str
    socket: socket.socket
    app: ASGIApp
    path: Path | None = None


def unix_listener(path: Path, app: ASGIApp) -> Listener:
    """A listener on a Unix socket, named after its file; raises what `bind_unix` raises."""
    return Listener(path.stem, bind_unix(path), app, path)


def tcp_listener(address: str, app: ASGIApp) -> Listener:
    """A listener on TCP; raises what `bind_tcp` raises."""
    return Listener("tcp", bind_tcp(address), app)


async def serve(
    listeners: Sequence[Listener],
    *,
    stop: asyncio.Event | None = None,
    closing: Callable[[], None] = lambda: None,
    grace_s: int = GRACE_S,
) -> signal.Signals | None:
    """Serve every listener until SIGTERM, SIGINT or `stop`; `closing` is called first, to end streams.

    Returns the signal that ended it, or `None`.
    """
    stop = stop or asyncio.Event()
    ours = [(listener.path, listener.path.stat().st_ino) for listener in listeners if listener.path]
    servers = [_server(listener.app, grace_s) for listener in listeners]
    with _stopping_signals(stop) as received:
        async with asyncio.TaskGroup() as group:
            for server, listener in zip(servers, listeners, strict=True):
                group.create_task(server.serve(sockets=[listener.socket]))
                _log.info("listener.open", name=listener.name, address=_shown(listener))
            await stop.wait()
            closing()
            for server in servers:
                server.should_exit = True
    for path, inode in ours:
        _remove_own(path, inode)
    return received[0] if received else None


class _Server(uvicorn.Server):
    """A server that leaves signals to `serve`, because several run in one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Protocol(HttpToolsProtocol):
    """HTTP with a way to drop a peer that takes nothing; a mere close waits until it has read its buffer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]


def _server(app: ASGIApp, grace_s: int) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            http=_Protocol,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=grace_s,
        )
    )


@contextmanager
def _stopping_signals(stop: asyncio.Event) -> Iterator[list[signal.Signals]]:
    loop = asyncio.get_running_loop()
    received: list[signal.Signals] = []

    def on_signal(number: signal.Signals) -> None:
        received.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield received
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _shown(listener: Listener) -> str:
    return str(listener.path) if listener.path else bound_address(listener.socket)


def _remove_own(path: Path, inode: int) -> None:
    """Remove our socket file, unless a successor has put its own in that place."""
    with contextlib.suppress(OSError):
        if path.stat().st_ino == inode:
            path.unlink()
