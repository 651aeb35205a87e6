"""Binding Unix and TCP sockets, and finding the process that listens on one; imports no HTTP library."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from pathlib import Path

from hero_assistance_sdk.errors import AddressInUse, UsageError
from hero_assistance_sdk.files.file_lock import lock_folder
from hero_assistance_sdk.files.usable_folder import usable_folder
from hero_assistance_sdk.net.peer_credentials import read_peer_pid
from hero_assistance_sdk.paths import checked_socket_path

SOCKET_MODE = 0o660
DIRECTORY_MODE = 0o755
BACKLOG = 2048
# The variable in which a supervisor names the process whose sockets a new one takes over, by its pid.
TAKES_OVER = "HERO_ASSISTANCE_TAKES_OVER"
# Three pings of an event stream without an acknowledgement.
DEAD_PEER_MS = 60_000


def bind_unix(
    path: Path, *, mode: int = SOCKET_MODE, predecessor: int | None = None, group: int | None = None
) -> socket.socket:
    """Listen on a Unix socket; a dead one there is replaced, a live one raises `AddressInUse` with its pid.

    The file is of the `group`, if one is given, else of the process's own.

    The socket listens under a temporary name before it is renamed, so no client ever finds it refusing. One that the
    process `predecessor` listens on is renamed over: that process still serves its connected clients.
    """
    checked_socket_path(path)
    with usable_folder(path.parent):
        return _bind_unix(path, mode, predecessor, group)


def _bind_unix(path: Path, mode: int, predecessor: int | None, group: int | None) -> socket.socket:
    path.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}")
    # Two starters must not both find the same socket dead.
    with lock_folder(path.parent):
        holder = listening_pid(path)
        if holder is not None and (holder == 0 or holder != predecessor):
            raise AddressInUse(f"{path} is held by process {holder}", hint=f"see: ps -p {holder}")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        sock.bind(str(temporary))
        if group is not None:
            os.chown(temporary, -1, group)
        temporary.chmod(mode)
        sock.listen(BACKLOG)
        temporary.rename(path)
    return sock


def listening_pid(path: Path) -> int | None:
    """The pid that listens on a Unix socket (0 where the system does not tell), `None` when none does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # Connecting to a Unix socket never waits, unless its queue is full: somebody listens then.
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return None
        except OSError:
            return 0
        return read_peer_pid(probe)


def bind_tcp(address: str) -> socket.socket:
    """Listen on `HOST:PORT`, `[V6]:PORT` or `PORT` (every address); raises `UsageError` or `AddressInUse`."""
    host, port = parse_address(address)
    if host == "::" and not socket.has_dualstack_ipv6():
        host = "0.0.0.0"  # noqa: S104
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _drop_dead_peers(sock)
    if host == "::":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise AddressInUse(f"cannot listen on {address}: {error.strerror}", hint=_explain(error, port)) from error
    sock.listen(BACKLOG)
    return sock


def _explain(error: OSError, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"end what listens there, or choose another port; see: ss -ltnp 'sport = :{port}'"
        case errno.EADDRNOTAVAIL:
            return "this machine does not have that address; see: ip address"
        case errno.EACCES:
            return "only the administrator of the machine may listen on a port below 1024"
    return "choose another address"


def _drop_dead_peers(sock: socket.socket) -> None:
    """Close connections to vanished peers after `DEAD_PEER_MS`; connections inherit it from the listener."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_PEER_MS)


def parse_address(address: str) -> tuple[str, int]:
    """Split `HOST:PORT`, `[V6]:PORT` or `PORT`; raises `UsageError`."""
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "::"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"{address!r} is not an address", hint="write 127.0.0.1:9771, [::1]:9771 or 9771")
    return host, int(port)


def bound_address(sock: socket.socket) -> str:
    """The address a TCP socket really has, as `host:port` or `[v6]:port`."""
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
