"""Stand-ins for the calls of macOS, on top of this system's own processes: they answer as Apple's headers say.

What they show is that our side of these calls is right, and nothing about macOS itself.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hero_assistance.supervisor.process import mac_processes, process_table
from hero_assistance.supervisor.process.process_table import Process

PROC_PIDTBSDINFO, WITH_ZOMBIES = 3, 1
CTL_KERN, KERN_PROCARGS2 = 1, 49
SZOMB, SRUN = 5, 2
# Seconds of 1970; a process of this system has its start added, in microseconds.
BOOT_S = 1_700_000_000


def pack_bsd_info(row: Process, user: int, name: str) -> bytes:
    """A `struct proc_bsdinfo` (sys/proc_info.h)."""
    status = SZOMB if row.ended else SRUN
    head = struct.pack("=12I", 0, status, 0, row.pid, row.parent, user, 0, user, 0, user, 0, 0)
    names = struct.pack("=16s32s", name.encode()[:15], name.encode()[:31])
    started = int(row.identity.started)
    return head + names + struct.pack("=6I2Q", 4, row.pid, 0, 0, 0, 0, BOOT_S + started // 100, started % 100 * 10_000)


def pack_arguments(program: str, arguments: list[bytes], environment: list[bytes], loader: list[bytes]) -> bytes:
    """What `KERN_PROCARGS2` gives: counted arguments, the program padded with zeros, and what follows them."""
    words = [*arguments, *environment, b"", *loader]
    return struct.pack("=i", len(arguments)) + program.encode() + b"\0" * 5 + b"\0".join(words) + b"\0"


class PretendedMac:
    """The C library of a Mac whose processes are those of this machine, and which has no `/proc`."""

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the branches of macOS from now on."""
        functions: dict[str, Any] = {
            "proc_listallpids": self._list_all,
            "proc_pidinfo": _with_argtypes(self._pidinfo),
            "sysctl": self._sysctl,
        }
        monkeypatch.setattr(mac_processes, "find_function", functions.__getitem__)
        monkeypatch.setattr(process_table, "_has_proc", lambda: False)
        monkeypatch.setattr(process_table, "_is_mac", lambda: True)

    def _list_all(self, pids: Any, size: int) -> int:
        found = sorted(row.pid for row in process_table._list_proc())
        if pids is None:
            return len(found)
        room = size // ctypes.sizeof(ctypes.c_int)
        pids[: min(room, len(found))] = found[:room]
        return min(room, len(found))

    def _pidinfo(self, pid: int, flavour: int, zombies: int, buffer: Any, size: int) -> int:
        assert (flavour, zombies) == (PROC_PIDTBSDINFO, WITH_ZOMBIES)
        row = process_table._read_stat(pid)
        if row is None:
            return 0
        folder = Path("/proc", str(pid))
        content = pack_bsd_info(row, folder.stat().st_uid, (folder / "comm").read_text().strip())
        assert len(content) == size
        ctypes.memmove(buffer, content, size)
        return size

    def _sysctl(self, name: Any, length: int, buffer: Any, size: Any, _new: None, _new_size: Any) -> int:
        assert (name[0], name[1], length) == (CTL_KERN, KERN_PROCARGS2, 3)
        folder = Path("/proc", str(name[2]))
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")[:-1]
            environment = (folder / "environ").read_bytes().split(b"\0")[:-1]
        except OSError:
            return -1
        content = pack_arguments("/bin/program", arguments, environment, [b"executable_path=/bin/program"])
        ctypes.memmove(buffer, content, len(content))
        size._obj.value = len(content)
        return 0


class PretendedKqueue:
    """A kqueue(2) for the end of one process, on top of a pidfd; like macOS it knows no process that has ended."""

    opened = 0

    def __init__(self) -> None:
        self._descriptor = -1
        type(self).opened += 1

    def control(self, changes: list[SimpleNamespace], most: int) -> list[SimpleNamespace]:
        """Register the only change."""
        (change,) = changes
        assert (change.filter, change.fflags, most) == (select.KQ_FILTER_PROC, select.KQ_NOTE_EXIT, 0)  # type: ignore[attr-defined]
        descriptor = os.pidfd_open(change.ident)
        if select.select([descriptor], [], [], 0)[0]:
            os.close(descriptor)
            raise ProcessLookupError
        self._descriptor = descriptor
        return []

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        return self._descriptor

    def close(self) -> None:
        """Stop watching."""
        type(self).opened -= 1
        if self._descriptor >= 0:
            os.close(self._descriptor)


def install_kqueue(monkeypatch: pytest.MonkeyPatch, queue: type[PretendedKqueue] = PretendedKqueue) -> None:
    """Give `select` the names that it has on macOS."""

    def kevent(ident: int, kind: int, flags: int, fflags: int) -> SimpleNamespace:
        return SimpleNamespace(ident=ident, filter=kind, flags=flags, fflags=fflags)

    names = {"KQ_EV_ADD": 1, "KQ_EV_ONESHOT": 16, "KQ_FILTER_PROC": -5, "KQ_NOTE_EXIT": 1 << 31}
    queue.opened = 0
    for name, value in {**names, "kevent": kevent, "kqueue": queue}.items():
        monkeypatch.setattr(select, name, value, raising=False)


def _with_argtypes(call: Callable[..., int]) -> Callable[..., int]:
    """A function that takes attributes, as those of ctypes do; a method takes none."""

    def function(*arguments: Any) -> int:
        return call(*arguments)

    return function
