"""Closes the connections of a server after a socket handover, without losing a request."""

from __future__ import annotations

import asyncio
import select
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hero_assistance_httpd.event_response import ABORT
from hero_assistance_httpd.page_origin import PEER_USER
from hero_assistance_sdk.net.peer_credentials import read_peer_credentials

# A client that keeps a connection and asks at least four times a second is told to close it before it is closed.
_QUIET_S = 0.25
# The successor holds new requests meanwhile, so the shutdown must be short.
_LONGEST_S = 1.0
_LOOK_S = 0.01
# One is enough for asyncio as it is.
_TURNS = 3
# No OS user.
_UNASKED = -1


class ShutdownState:
    """Whether this process shuts down, and the time of its last request."""

    def __init__(self) -> None:
        self.begun = False
        self.last_request_s = 0.0

    def begin(self) -> None:
        """Begin the shutdown."""
        self.begun = True
        self.last_request_s = time.monotonic()


class ShutdownConfig(uvicorn.Config):
    """The settings of a server with a graceful shutdown."""

    shutdown: ShutdownState


class ShutdownProtocol(HttpToolsProtocol):
    """An HTTP protocol that closes each connection after its next answer once the shutdown has begun.

    It also lets applications drop a peer that does not read; an ordinary close waits until its buffer is read. And it
    tells them the OS user of a peer on a Unix socket.
    """

    config: ShutdownConfig

    # Asked for once: the kernel notes it when the peer connects. `_UNASKED` until then.
    _peer_user: int | None = _UNASKED

    def on_message_begin(self) -> None:
        """Give the application the means to drop its peer."""
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort, PEER_USER: self.peer_user}  # type: ignore[dict-item]

    def peer_user(self) -> int | None:
        """Return the OS user at the other end; `None` over TCP, and where the system does not tell."""
        if self._peer_user == _UNASKED:
            self._peer_user = _read_user(self.transport.get_extra_info("socket"))
        return self._peer_user

    def on_headers_complete(self) -> None:
        """Note the time of the request while the server shuts down."""
        super().on_headers_complete()
        if self.config.shutdown.begun:
            self.config.shutdown.last_request_s = time.monotonic()
            self.close_after_answer()

    def close_after_answer(self) -> None:
        """Close the connection after the answer that is being made."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False


class Served(Protocol):
    """The attributes used of a running uvicorn server; before its start it has no `servers`."""

    server_state: Any


async def close_connections(
    servers: Sequence[Served], unix: Sequence[int], tcp: Sequence[int], shutdown: ShutdownState
) -> None:
    """Accept the clients that wait on the Unix sockets, stop accepting, and return when the connections are quiet.

    `unix` and `tcp` are the descriptors of the listening sockets. A Unix socket that was renamed over gets no
    new client. Clients that wait on a TCP listener wait on that of the successor, too.
    """
    deadline = time.monotonic() + _LONGEST_S
    shutdown.begin()
    for connection in _connections(servers):
        connection.close_after_answer()
    while unix and _has_waiting_client(unix) and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await _stop_accepting(servers, (*unix, *tcp))
    while _connections(servers) and time.monotonic() < min(deadline, shutdown.last_request_s + _QUIET_S):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)


def _read_user(connected: socket.socket | None) -> int | None:
    if connected is None or connected.family != socket.AF_UNIX:
        return None
    peer = read_peer_credentials(connected)
    return peer.user if peer else None


def _has_waiting_client(listening: Iterable[int]) -> bool:
    # Not `select`, which takes no descriptor above 1023.
    poll = select.poll()
    for descriptor in listening:
        poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


async def _stop_accepting(servers: Sequence[Served], listening: Iterable[int]) -> None:
    """Close the listeners, once each connection that was accepted has its transport.

    asyncio makes it one turn of the loop after the accept; when the listener is closed by then, the connection is lost.
    """
    loop = asyncio.get_running_loop()
    for descriptor in listening:
        loop.remove_reader(descriptor)
    for _turn in range(_TURNS):
        await asyncio.sleep(0)
    for server in servers:
        for accepting in getattr(server, "servers", ()):
            accepting.close()


def _connections(servers: Sequence[Served]) -> list[ShutdownProtocol]:
    return [connection for server in servers for connection in server.server_state.connections]
