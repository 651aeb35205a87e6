"""The processes of macOS, as libproc and sysctl(3) tell them; it has no `/proc`.

Written from Apple's headers (libproc.h, sys/proc_info.h, sys/sysctl.h). Tests on Linux feed it what these calls are
documented to give; no test has run it on macOS yet.
"""

from __future__ import annotations

import ctypes
import functools
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from hero_assistance_sdk.libc import find_function

# struct proc_bsdinfo up to the groups, the two names, and from the count of files to the start of the process.
_BSD_INFO = struct.Struct("=12I16s32s6I2Q")
_PROC_PIDTBSDINFO = 3
# Of a process that has ended and is not reaped, too.
_ALSO_ZOMBIES = 1
_SZOMB = 5
_CTL_KERN, _KERN_PROCARGS2 = 1, 49
# The most that a process can be started with.
_ARG_MAX = 1024 * 1024
_COUNT = struct.Struct("=i")


class MacProcess(NamedTuple):
    """What macOS tells about a process; `started` is in seconds and microseconds since 1970."""

    pid: int
    parent: int
    user: int
    name: str
    started: str
    ended: bool


def list_pids() -> list[int]:
    """The pids of all processes."""
    list_all = find_function("proc_listallpids")
    room = list_all(None, 0)
    # Some more may be started meanwhile.
    pids = (ctypes.c_int * (max(room, 0) + 64))()
    count = list_all(pids, ctypes.sizeof(pids))
    return list(pids[: max(count, 0)])


def read_mac_process(pid: int) -> MacProcess | None:
    """A process, also one that has ended and is not reaped; `None` when there is none, or another user's."""
    buffer = ctypes.create_string_buffer(_BSD_INFO.size)
    info = find_function("proc_pidinfo")
    info.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_int)
    size = info(pid, _PROC_PIDTBSDINFO, _ALSO_ZOMBIES, buffer, _BSD_INFO.size)
    return unpack_bsd_info(buffer.raw) if size == _BSD_INFO.size else None


def unpack_bsd_info(content: bytes) -> MacProcess:
    """Read a `struct proc_bsdinfo`."""
    _flags, status, _exit, pid, parent, user, *_ids, short, long, _a, _b, _c, _d, _e, _nice, seconds, micros = (
        _BSD_INFO.unpack(content)
    )
    name = os.fsdecode(long.partition(b"\0")[0] or short.partition(b"\0")[0]) or "unknown"
    return MacProcess(pid, parent, user, name, f"{seconds}.{micros:06}", status == _SZOMB)


def read_environment(pid: int) -> Iterator[bytes]:
    """The variables that a process was started with, each as `NAME=value`; nothing where the system does not tell."""
    buffer = _argument_buffer()
    name = (ctypes.c_int * 3)(_CTL_KERN, _KERN_PROCARGS2, pid)
    size = ctypes.c_size_t(_ARG_MAX)
    done = find_function("sysctl")(name, 3, buffer, ctypes.byref(size), None, ctypes.c_size_t(0))
    return unpack_environment(ctypes.string_at(buffer, size.value)) if done == 0 else iter(())


def unpack_environment(content: bytes) -> Iterator[bytes]:
    """Read what `KERN_PROCARGS2` gives: how many arguments, the program, zeros, the arguments, the environment."""
    if len(content) < _COUNT.size:
        return
    (arguments,) = _COUNT.unpack_from(content)
    _program, _zero, rest = content[_COUNT.size :].partition(b"\0")
    # What follows the environment, behind an empty entry, is the loader's.
    for entry in rest.lstrip(b"\0").split(b"\0")[arguments:]:
        if not entry:
            return
        yield entry


@functools.cache
def _argument_buffer() -> ctypes.Array[ctypes.c_char]:
    """One buffer for all calls: a list of processes asks hundreds of times."""
    return ctypes.create_string_buffer(_ARG_MAX)
