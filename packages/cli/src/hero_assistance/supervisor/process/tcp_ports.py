"""Which process listens on a TCP port, as far as the system tells this user."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from hero_assistance.supervisor.process.process_table import list_processes

_PROC = Path("/proc")
_TABLES = (_PROC / "net/tcp", _PROC / "net/tcp6")
# Columns of these tables (proc(5)), and the state of a listener.
_LOCAL, _STATE, _INODE = 1, 3, 9
_LISTEN = "0A"
_NO_SUCH_FAMILY = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_EVERYWHERE = ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::"))  # noqa: S104


def find_port_holder(port: int) -> int | None:
    """The pid of the holder of a TCP port on any address (0 where the system does not tell), `None` when free."""
    if all(_can_bind(family, host, port) for family, host in _EVERYWHERE):
        return None
    sockets = {f"socket:[{inode}]" for inode in _list_inodes(port)}
    table = list_processes()
    pids = {pid for pid in table if sockets and not sockets.isdisjoint(_list_open_files(pid))}
    # Of a program and the workers that it forked, report the program.
    first = (pid for pid in sorted(pids) if table[pid].parent not in pids)
    return next(first, 0)


def tells_port_holders() -> bool:
    """Whether this system says which process listens on a port: Linux does, macOS does not."""
    return any(table.exists() for table in _TABLES)


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    """Whether the port is free on every address of a family; true where the system lacks the family."""
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return True
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            if family is socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((host, port))
        except OSError as error:
            return error.errno in _NO_SUCH_FAMILY
    return True


def _list_inodes(port: int) -> Iterator[str]:
    """The inodes of the sockets that listen on a port."""
    ending = f":{port:04X}"
    for table in _TABLES:
        try:
            rows = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for row in map(str.split, rows):
            if row[_STATE] == _LISTEN and row[_LOCAL].endswith(ending):
                yield row[_INODE]


def _list_open_files(pid: int) -> Iterator[str]:
    """The targets of the descriptors of a process; nothing for a process of another user."""
    try:
        with os.scandir(_PROC / str(pid) / "fd") as entries:
            for entry in entries:
                yield str(Path(entry.path).readlink())
    except OSError:
        return
