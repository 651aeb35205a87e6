"""Child processes that always end: each leads a process group, has a deadline, and dies with its children."""

from __future__ import annotations

import contextlib
import enum
import functools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flake_quarantine.runner.process_stat import GROUP, TICKS, list_processes, read_stat

OUTPUT_BYTES = 20_000
LOOK_SECONDS = 5.0  # how often a child is asked whether it is stuck
KILL_ROUNDS = 10  # a process may start others while they are looked for


class End(enum.Enum):
    """Why a child ended."""

    BY_ITSELF = enum.auto()
    TIMED_OUT = enum.auto()
    STUCK = enum.auto()


@dataclass(frozen=True)
class ProcessResult:
    """How a child ended; `output` is the end of what it printed.

    `uncounted_seconds` is the processors' time that its processes used which this process has not waited for, so that
    the system does not count it as ours: what was killed in the end, and what a fork server has waited for.
    """

    status: int
    output: str
    end: End = End.BY_ITSELF
    uncounted_seconds: float = 0.0

    @property
    def timed_out(self) -> bool:
        """Whether it was ended because its time was up."""
        return self.end is End.TIMED_OUT

    @property
    def stuck(self) -> bool:
        """Whether it was ended before its time because it made no progress."""
        return self.end is End.STUCK

    def describe(self) -> str:
        """Return the end in words, such as `killed by SIGSEGV`."""
        if self.timed_out:
            return "it took too long, and was ended"
        if self.stuck:
            return "it was stuck, and was ended"
        if self.status < 0:
            names = {one.value: one.name for one in signal.Signals}  # most real-time signals have no name
            return f"killed by {names.get(-self.status, f'signal {-self.status}')}"
        return f"exit status {self.status}"


def run_command(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    seconds: float,
    is_stuck: Callable[[], bool] = lambda: False,
    before_end: Callable[[], None] = lambda: None,
    marker: str = "",
) -> ProcessResult:
    """Run the command in a process group of its own for at most `seconds`, then kill what is left of it.

    It is ended earlier when `is_stuck` says so; `before_end` is called before it is ended. `marker` is a variable, as
    `NAME=value`, by which processes are found that have left the group.
    """
    with tempfile.TemporaryFile() as output:
        child = start_group(command, cwd=cwd, env=env, output=output.fileno())
        try:
            end = wait_for_end(functools.partial(_has_ended, child), time.monotonic() + seconds, is_stuck)
            if end is not End.BY_ITSELF:
                before_end()
        finally:
            killed_seconds = read_killed_seconds(child.pid, marker)
            kill_group(child)
            kill_marked(marker)
        text = read_end(output)
    return ProcessResult(child.returncode, text, end, killed_seconds)


def start_group(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: int, inherited: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a process that leads a group of its own, prints to the descriptor `output`, and keeps those `inherited`."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=inherited,
    )


def read_end(output: BinaryIO) -> str:
    """Return the end of what a process has printed into this file."""
    output.seek(max(0, output.seek(0, os.SEEK_END) - OUTPUT_BYTES))
    return output.read().decode("utf-8", "replace")


def kill_marked(marker: str, spared: int | None = None) -> None:
    """Kill the processes whose environment holds the variable `marker`: they left the group, but are still ours.

    One of them is `spared`. Does nothing on systems without Linux' /proc.
    """
    for _ in range(KILL_ROUNDS if marker else 0):
        pids = [pid for pid in _find_marked(marker.encode()) if pid != spared]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not pids:
            return


def read_killed_seconds(leader: int, marker: str, spared: int | None = None) -> float:
    """Return the processors' time of what will be killed, but for the leader itself, which is waited for."""
    marked = set(_find_marked(marker.encode())) if marker else set()
    ticks = 0
    for pid in list_processes():
        with contextlib.suppress(OSError):
            stat = read_stat(pid)
            if pid not in (leader, spared) and (int(stat[GROUP]) == leader or pid in marked):
                ticks += sum(map(int, stat[TICKS]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _find_marked(marker: bytes) -> Iterator[int]:
    for pid in list_processes():
        # A process that ends meanwhile, or is somebody else's, is none of ours.
        with contextlib.suppress(OSError):
            if marker in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                yield pid


def wait_for_end(has_ended: Callable[[float], bool], until: float, is_stuck: Callable[[], bool]) -> End:
    """Wait until a process ends, is stuck or has used up its time; `has_ended` waits for so many seconds."""
    while True:
        left = until - time.monotonic()
        if has_ended(max(0.0, min(left, LOOK_SECONDS))):
            return End.BY_ITSELF
        if left <= LOOK_SECONDS:
            return End.TIMED_OUT
        if is_stuck():
            return End.STUCK


def _has_ended(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Tell whether the child ends within so many seconds."""
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_group(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Kill the child's process group and reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
