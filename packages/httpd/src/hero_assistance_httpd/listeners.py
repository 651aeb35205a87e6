"""Sockets of a daemon, and one loop that serves different applications on each until it is told to stop.

The listener of a request decides which of its claims are trusted, so each listener has its own application.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from hero_assistance_httpd.connections.bounded_protocol import BoundedConfig, BoundedProtocol
from hero_assistance_httpd.connections.connection_limits import ConnectionLimits
from hero_assistance_httpd.connections.memory_budget import MemoryBudget
from hero_assistance_httpd.graceful_shutdown import ShutdownState, close_connections
from hero_assistance_httpd.host_guard import HostGuard
from hero_assistance_httpd.peer_filter import PeerFilter, PeerPolicy
from hero_assistance_httpd.request_headers import HeaderCheck
from hero_assistance_httpd.socket_handover import bind_or_take_over, offering, predecessor
from hero_assistance_httpd.stoppable_server import StoppableServer
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.host_names import own_names
from hero_assistance_sdk.net.sockets import (
    BACKLOG,
    SOCKET_MODE,
    bind_tcp,
    bind_unix,
    bound_address,
    listening_pid,
    parse_address,
)

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
# With the 30 s in which a changed list is read, the connections of a removed address end well within 60 s.
SWEEP_S = 10.0

_log = get_log("listeners")


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket, the application behind it, and the policy that decides which peers may connect.

    `address` is the requested TCP address, by which a successor asks for the socket. Over TCP, requests that name
    another host are refused, unless `app` itself checks the host.
    """

    name: str
    socket: socket.socket
    app: ASGIApp
    path: Path | None = None
    policy: PeerPolicy | None = None
    address: str | None = None
    app_checks_host: bool = False


def unix_listener(path: Path, app: ASGIApp, *, group: int | None = None) -> Listener:
    """A listener on a Unix socket, named after its file; raises what `bind_unix` raises."""
    return Listener(path.stem, bind_unix(path, predecessor=predecessor(), group=group), app, path)


def tcp_listener(address: str, app: ASGIApp, policy: PeerPolicy) -> Listener:
    """A listener on TCP, the predecessor's own if there is one; raises what `bind_tcp` raises."""
    return Listener("tcp", bind_or_take_over(address), app, policy=policy, address=address)


async def serve(
    listeners: Sequence[Listener],
    *,
    stop: asyncio.Event | None = None,
    closing: Callable[[], None] = lambda: None,
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    limits: Limits = DEFAULTS,
    grace_s: int = GRACE_S,
    sweep_s: float = SWEEP_S,
) -> signal.Signals | None:
    """Serve every listener until SIGTERM, SIGINT or `stop`; `closing` is called first, to end streams.

    The coroutines of `background` are cancelled then. Where a successor has taken the Unix sockets by then, open
    requests are answered before this returns.

    Returns the signal that ended it, or `None`.
    """
    stop = stop or asyncio.Event()
    ours = [(listener.path, listener.path.stat().st_ino) for listener in listeners if listener.path]
    shutdown = ShutdownState()
    shared = _Shared(shutdown, limits, ConnectionLimits(limits), MemoryBudget(limits))
    servers = [_Server(_Config(listener, grace_s, shared)) for listener in listeners]
    tcp = {listener.address: listener.socket for listener in listeners if listener.address}
    try:
        with _stopping_signals(stop) as received, offering(tcp):
            async with asyncio.TaskGroup() as group:
                for server, listener in zip(servers, listeners, strict=True):
                    group.create_task(server.serve(sockets=[listener.socket]))
                    _log.info("listener.open", name=listener.name, address=_format_address(listener))
                endless = [group.create_task(run()) for run in background]
                endless.append(group.create_task(_sweep(servers, sweep_s)))
                await stop.wait()
                for task in endless:
                    task.cancel()
                if any(_inode(path) not in (inode, None) for path, inode in ours):
                    await _close_connections(servers, listeners, closing, shutdown)
                closing()
                for server in servers:
                    server.stop()
    finally:
        for path, inode in ours:
            _remove_own(path, inode)
    return received[0] if received else None


async def _close_connections(
    servers: Sequence[_Server], listeners: Sequence[Listener], closing: Callable[[], None], shutdown: ShutdownState
) -> None:
    _log.info("listener.draining", connections=sum(len(server.server_state.connections) for server in servers))
    unix = [listener.socket.fileno() for listener in listeners if listener.path]
    tcp = [listener.socket.fileno() for listener in listeners if not listener.path]
    closing()
    await close_connections(servers, unix, tcp, shutdown)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the listeners of one process share."""

    shutdown: ShutdownState
    limits: Limits
    connections: ConnectionLimits
    memory: MemoryBudget


class _Config(BoundedConfig):
    """The settings of one listener's server, and its peer filter."""

    def __init__(self, listener: Listener, grace_s: int, shared: _Shared) -> None:
        self.shutdown = shared.shutdown
        self.limits = shared.limits
        self.connections = shared.connections
        self.memory = shared.memory
        self.peer_filter = PeerFilter(listener.name, listener.policy) if listener.policy else None
        super().__init__(
            HeaderCheck(_guarded_app(listener)),
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


def _guarded_app(listener: Listener) -> ASGIApp:
    if listener.path is not None or listener.app_checks_host:
        return listener.app
    return HostGuard(listener.app, own_names())


class _Server(StoppableServer):
    """A server whose peers are asked for again."""

    config: _Config

    def end_refused(self) -> None:
        """Cut the connections of peers that the policy no longer admits."""
        peer_filter = self.config.peer_filter
        if peer_filter is None:
            return
        for connection in tuple(self.server_state.connections):
            if peer_filter.refuses(connection.transport):
                connection.transport.abort()


class _Protocol(BoundedProtocol):
    """HTTP for the peers that a policy admits."""

    config: _Config

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refuse a peer that the policy does not admit."""
        peer_filter = self.config.peer_filter
        if peer_filter is not None and peer_filter.refuses(transport):
            peer_filter.turn_away(transport)
        else:
            super().connection_made(transport)


async def _sweep(servers: Sequence[_Server], every_s: float) -> None:
    """Ask the policies again about open connections, because access lists change."""
    filtered = [server for server in servers if server.config.peer_filter]
    while filtered:
        await asyncio.sleep(every_s)
        for server in filtered:
            server.end_refused()


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


def _format_address(listener: Listener) -> str:
    return str(listener.path) if listener.path else bound_address(listener.socket)


def _remove_own(path: Path, inode: int) -> None:
    """Remove our socket file, unless a successor has put its own in that place."""
    if _inode(path) == inode:
        with contextlib.suppress(OSError):
            path.unlink()


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
