"""Takes over the sockets of a process that still serves, so that no connecting client is refused.

A supervisor names the process to replace in `TAKES_OVER`. Its Unix sockets are renamed over (see `bind_unix`).
Its TCP listeners are handed over as they are, with every connection that waits in their queues. Linux only: elsewhere
no process is named, and a restart is a stop and a start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.peer_credentials import read_peer_credentials
from hero_assistance_sdk.net.sockets import TAKES_OVER, bind_tcp

# The predecessor answers from its event loop, which is never held up for long.
_HAND_OVER_S = 2.0
_MOST_LISTENERS = 64
_LONGEST_LIST = 16 * 1024

_log = get_log("socket_handover")


def predecessor() -> int | None:
    """The pid of the process that this one replaces; `None` for an ordinary start."""
    named = os.environ.get(TAKES_OVER, "")
    return int(named) if named.isascii() and named.isdigit() else None


class Predecessor:
    """The process that had this pid when this object was made; close it after use."""

    def __init__(self, pid: int) -> None:
        self._pidfd: int | None = None
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._pidfd = os.pidfd_open(pid)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended, and so has let go of every lock."""
        return self._pidfd is None or bool(select.select([self._pidfd], [], [], 0)[0])

    async def wait_for_end(self) -> None:
        """Wait until it has ended. The supervisor decides when; this process can be stopped while it waits."""
        if self._pidfd is None:
            return
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self._pidfd, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._pidfd)

    def close(self) -> None:
        """Stop watching it."""
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None


def bind_or_take_over(address: str) -> socket.socket:
    """Listen on a TCP address, by the predecessor's own socket where it has one; raises what `bind_tcp` raises."""
    before = predecessor()
    handed = _handed_over(before) if before is not None else {}
    mine = handed.pop(address, None)
    for other in handed.values():
        other.close()
    return mine or bind_tcp(address)


@contextmanager
def offering(listeners: Mapping[str, socket.socket]) -> Iterator[None]:
    """While open, hand these listening sockets to a successor that asks; the keys are the addresses asked for."""
    handover = _handover_socket() if listeners else None
    if handover is None:
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(handover.fileno(), _hand_over, handover, listeners)
    try:
        yield
    finally:
        loop.remove_reader(handover.fileno())
        handover.close()


def _name(pid: int) -> str:
    """An abstract address leaves no file behind; the credentials prove which process listens there."""
    return f"\0hero_assistance/{pid}"


def _handover_socket() -> socket.socket | None:
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    handover = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    handover.setblocking(False)
    try:
        handover.bind(_name(os.getpid()))
        handover.listen()
    except OSError as error:
        # The service runs without it too; only TCP clients notice its next restart.
        _log.warning("handover.unavailable", error=error.strerror)
        handover.close()
        return None
    return handover


def _hand_over(handover: socket.socket, listeners: Mapping[str, socket.socket]) -> None:
    with contextlib.suppress(OSError):
        asking, _address = handover.accept()
        with asking:
            peer = read_peer_credentials(asking)
            if peer is not None and peer.user == os.getuid():
                message = json.dumps(list(listeners)).encode()
                socket.send_fds(asking, [message], [listener.fileno() for listener in listeners.values()])
                _log.info("handover.done", listeners=len(listeners))


def _handed_over(pid: int) -> dict[str, socket.socket]:
    """The TCP listeners of the predecessor, by address; none if it offers none or has the wrong credentials."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(_HAND_OVER_S)
            asking.connect(_name(pid))
            if read_peer_credentials(asking) != (pid, os.getuid()):
                return {}
            message, descriptors, _flags, _from = socket.recv_fds(asking, _LONGEST_LIST, _MOST_LISTENERS)
    except OSError:
        return {}
    return dict(zip(json.loads(message or b"[]"), map(_socket, descriptors), strict=True))


def _socket(descriptor: int) -> socket.socket:
    return socket.socket(fileno=descriptor)
