"""The process and the user at the other end of a Unix socket, read from the kernel."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

# struct ucred (unix(7)): pid, user, group. SCM_CREDENTIALS messages have the same layout.
CREDENTIALS = struct.Struct("3i")


class PeerCredentials(NamedTuple):
    """The process that called `connect` or `listen` at the other end."""

    pid: int
    user: int


def unpack_credentials(content: bytes) -> PeerCredentials:
    """Read a `struct ucred`."""
    pid, user, _group = CREDENTIALS.unpack(content[: CREDENTIALS.size])
    return PeerCredentials(pid, user)


def read_peer_credentials(connected: socket.socket) -> PeerCredentials | None:
    """Ask the kernel for the other end of a connected Unix socket; `None` where the system has no SO_PEERCRED."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    return unpack_credentials(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))


def read_peer_pid(connected: socket.socket) -> int:
    """The pid at the other end of a connected Unix socket; 0 where the system does not tell."""
    peer = read_peer_credentials(connected)
    return peer.pid if peer else 0
