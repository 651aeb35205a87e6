"""The process table: which processes run, and the identity of each, which is pid, start time and boot id.

On Linux it is read from `/proc`, on macOS from libproc; on other systems from `ps`, which does not show the environment
of a process.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.supervisor.process_identity import ProcessIdentity

_PROC = Path("/proc")
_PS_TIMEOUT_S = 5.0
# Fields of /proc/<pid>/stat behind the closing bracket of the name, counted from 0 (proc(5)).
_STATE, _PPID, _SESSION, _STARTED = 0, 1, 3, 19
_DEAD = "ZX"


@dataclass(frozen=True, slots=True)
class Process:
    """A row of the process table."""

    identity: ProcessIdentity
    parent: int
    session: int
    ended: bool = False

    @property
    def pid(self) -> int:
        """The pid of the process."""
        return self.identity.pid


def read_process(pid: int) -> Process | None:
    """The row of this pid, also of a process that has ended and is not reaped; `None` when there is none."""
    if _has_proc():
        return _read_stat(pid)
    return _read_mac(pid) if _is_mac() else next(_list_ps(pid), None)


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether this process still runs."""
    process = read_process(identity.pid)
    return process is not None and not process.ended and process.identity == identity


def list_processes() -> dict[int, Process]:
    """Every running process by pid, without those that have ended."""
    return {row.pid: row for row in _list_rows() if not row.ended}


def read_inherited(pid: int, variable: str) -> str | None:
    """The value of a variable that a process of this user was started with; `None` without one."""
    entries = _read_mac_environment(pid) if _is_mac() else _read_environment(pid)
    prefix = os.fsencode(f"{variable}=")
    found = next((entry for entry in entries if entry.startswith(prefix)), None)
    return os.fsdecode(found[len(prefix) :]) if found else None


def measure_age_s(identity: ProcessIdentity) -> float | None:
    """The seconds since a process was started, by the boot clock; `None` where the system does not tell."""
    if sys.platform != "linux" or not identity.started.isdigit():
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(identity.started) / os.sysconf("SC_CLK_TCK")


def read_command_name(pid: int) -> str:
    """The short name of a program, for a message."""
    if _is_mac():
        from hero_assistance.supervisor.process.mac_processes import read_mac_process

        found = read_mac_process(pid)
        return found.name if found else "unknown"
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "unknown"


def does_exist(pid: int) -> bool:
    """Whether there is a process with this pid, of any user, also one that has ended and is not reaped."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@functools.cache
def read_boot_id() -> str:
    """The id of this boot of the machine."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return _run("sysctl", "-n", "kern.bootsessionuuid").strip()


@functools.cache
def _has_proc() -> bool:
    return sys.platform == "linux" and (_PROC / "self/stat").exists()


def _is_mac() -> bool:
    return sys.platform == "darwin"


def _list_rows() -> Iterator[Process]:
    if _has_proc():
        return _list_proc()
    return _list_mac() if _is_mac() else _list_ps(None)


def _list_proc() -> Iterator[Process]:
    with os.scandir(_PROC) as entries:
        pids = [int(entry.name) for entry in entries if entry.name.isdigit()]
    yield from filter(None, map(_read_stat, pids))


def _read_stat(pid: int) -> Process | None:
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name may hold spaces and brackets, so the fields are counted from its last bracket.
    fields = stat[stat.rindex(b")") + 2 :].decode("ascii").split()
    identity = ProcessIdentity(pid, fields[_STARTED], read_boot_id())
    ended = fields[_STATE] in _DEAD
    return Process(identity, int(fields[_PPID]), int(fields[_SESSION]), ended)


def _read_environment(pid: int) -> list[bytes]:
    folder = _PROC / str(pid)
    try:
        if folder.stat().st_uid != os.getuid():
            return []
        return (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _list_mac() -> Iterator[Process]:
    from hero_assistance.supervisor.process.mac_processes import list_pids

    yield from filter(None, map(_read_mac, list_pids()))


def _read_mac(pid: int) -> Process | None:
    from hero_assistance.supervisor.process.mac_processes import read_mac_process

    found = read_mac_process(pid)
    try:
        session = os.getsid(pid)
    except OSError:
        # Of a process that has ended it may not be told.
        session = 0
    return found and Process(ProcessIdentity(pid, found.started, read_boot_id()), found.parent, session, found.ended)


def _read_mac_environment(pid: int) -> Iterator[bytes]:
    from hero_assistance.supervisor.process.mac_processes import read_environment, read_mac_process

    found = read_mac_process(pid)
    return read_environment(pid) if found and found.user == os.getuid() else iter(())


def _list_ps(pid: int | None) -> Iterator[Process]:
    chosen = ("-A",) if pid is None else ("-p", str(pid))
    for line in _run("ps", *chosen, "-o", "pid=,ppid=,stat=,lstart=").splitlines():
        number, parent, state, started = line.split(None, 3)
        try:
            session = os.getsid(int(number))
        except OSError:
            continue
        identity = ProcessIdentity(int(number), started.strip(), read_boot_id())
        yield Process(identity, int(parent), session, state[0] in _DEAD)


def _run(*command: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=_PS_TIMEOUT_S,
        check=False,
        # In the time of a place, a start would change when that changes to summer time.
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"},
    )
    return done.stdout
