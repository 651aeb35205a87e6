"""Starting child processes and reaping them.

One place reaps every child, also the orphans that re-parent to this process. A child writes to its log file itself,
so its output is saved whether or not a supervisor runs.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.process.child_environment import make_child_environment
from hero_assistance.supervisor.process.process_exit import watch_exit
from hero_assistance.supervisor.process.process_table import read_boot_id, read_process
from hero_assistance.supervisor.process.sd_notify import NotifySocket
from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance_sdk.hero_proc.wire import LastExit
from hero_assistance_sdk.libc import find_function
from hero_assistance_sdk.logs import get_log

# prctl(2)
_PR_SET_CHILD_SUBREAPER = 36

_log = get_log("supervisor.processes")


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process that this supervisor started, or found running and adopted."""

    identity: ProcessIdentity
    adopted: bool
    exited: asyncio.Future[LastExit] = field(repr=False)

    @property
    def pid(self) -> int:
        """The pid of the process."""
        return self.identity.pid


class ChildProcesses:
    """The children of this process."""

    def __init__(self) -> None:
        self.notify_socket = NotifySocket()
        self._children: dict[int, tuple[subprocess.Popen[bytes], asyncio.Future[LastExit]]] = {}

    def open(self) -> None:
        """Become the parent of orphaned descendants, and begin to reap."""
        become_subreaper()
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._reap)

    def close(self) -> None:
        """Stop reaping."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGCHLD)

    def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str | None = None,
        output: BinaryIO | None = None,
    ) -> RunningProcess:
        """Start a program as the leader of a new session, with its output to an open file; raises `OSError`."""
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=make_child_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        exited: asyncio.Future[LastExit] = asyncio.get_running_loop().create_future()
        self._children[child.pid] = (child, exited)
        # Only the event loop reaps it, so its row is there even if it has ended already.
        row = read_process(child.pid)
        identity = row.identity if row else ProcessIdentity(child.pid, "", read_boot_id())
        return RunningProcess(identity, adopted=False, exited=exited)

    def adopt(self, identity: ProcessIdentity) -> RunningProcess:
        """Watch a process that an earlier supervisor started; the kernel tells its exit status only to its parent."""
        exited: asyncio.Future[LastExit] = asyncio.get_running_loop().create_future()

        def note_end(_watched: asyncio.Future[None]) -> None:
            if not exited.done():
                exited.set_result(LastExit(at_ms=now_ms()))

        watch_exit(identity).add_done_callback(note_end)
        return RunningProcess(identity, adopted=True, exited=exited)

    def children(self) -> set[int]:
        """The pids of the processes that were started here and have not ended."""
        return set(self._children)

    def _reap(self) -> None:
        while (ended := _reap_next()) is not None:
            pid, status = ended
            child = self._children.pop(pid, None)
            if child is None:
                _log.debug("orphan.reaped", pid=pid)
                continue
            process, exited = child
            # Popen must not wait for a pid that another process may have by then.
            process.returncode = os.waitstatus_to_exitcode(status)
            if not exited.done():
                exited.set_result(_last_exit(process.returncode))


def become_subreaper() -> bool:
    """Make orphaned descendants re-parent to this process; false where the system cannot."""
    if sys.platform != "linux":
        return False
    return bool(find_function("prctl")(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def _reap_next() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def _last_exit(code: int) -> LastExit:
    if code >= 0:
        return LastExit(code=code, at_ms=now_ms())
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return LastExit(signal=name, at_ms=now_ms())
