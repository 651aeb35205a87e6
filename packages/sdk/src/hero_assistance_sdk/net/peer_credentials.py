"""The process and the user at the other end of a Unix socket, read from the kernel.

Linux tells both in one answer (unix(7)), macOS in two (its sys/un.h and sys/ucred.h, which Python does not name).
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import NamedTuple

# struct ucred (unix(7)): pid, user, group. SCM_CREDENTIALS messages have the same layout.
CREDENTIALS = struct.Struct("3i")

# macOS: a level of getsockopt(2) and two of its options.
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2
# struct xucred: version, user, how many groups, the groups.
_XUCRED = struct.Struct("=IIh2x16I")
_XUCRED_VERSION = 0
_PID = struct.Struct("=i")


class PeerCredentials(NamedTuple):
    """The process that called `connect` or `listen` at the other end."""

    pid: int
    user: int


def unpack_credentials(content: bytes) -> PeerCredentials:
    """Read a `struct ucred`."""
    pid, user, _group = CREDENTIALS.unpack(content[: CREDENTIALS.size])
    return PeerCredentials(pid, user)


def read_peer_credentials(connected: socket.socket) -> PeerCredentials | None:
    """Ask the kernel for the other end of a connected Unix socket; `None` where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        return unpack_credentials(connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))
    return _read_local_credentials(connected) if sys.platform == "darwin" else None


def _read_local_credentials(connected: socket.socket) -> PeerCredentials | None:
    """What macOS tells; the pid is 0 where the other end has closed."""
    content = connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED.size)
    if len(content) < _XUCRED.size or _XUCRED.unpack(content)[0] != _XUCRED_VERSION:
        return None
    try:
        pid = _PID.unpack(connected.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, _PID.size))[0]
    except OSError:
        pid = 0
    return PeerCredentials(pid, _XUCRED.unpack(content)[1])


def read_peer_pid(connected: socket.socket) -> int:
    """The pid at the other end of a connected Unix socket; 0 where the system does not tell."""
    peer = read_peer_credentials(connected)
    return peer.pid if peer else 0
