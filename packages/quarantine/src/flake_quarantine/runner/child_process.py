"""Child processes that always end: each leads a process group, has a deadline, and dies with its children."""

from __future__ import annotations

import contextlib
import enum
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake_quarantine.runner.process_stat import GROUP, TICKS, read_stat

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

    `killed_seconds` is the processors' time that its processes used which were killed in the end: no one has waited for
    them, so that the system counts it nowhere else.
    """

    status: int
    output: str
    end: End = End.BY_ITSELF
    killed_seconds: float = 0.0

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
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            end = _wait(child, time.monotonic() + seconds, is_stuck)
            if end is not End.BY_ITSELF:
                before_end()
        finally:
            killed_seconds = _read_killed_seconds(child.pid, marker)
            kill_group(child)
            kill_marked(marker)
        output.seek(max(0, output.seek(0, os.SEEK_END) - OUTPUT_BYTES))
        text = output.read().decode("utf-8", "replace")
    return ProcessResult(child.returncode, text, end, killed_seconds)


def kill_marked(marker: str) -> None:
    """Kill the processes whose environment holds the variable `marker`: they left the group, but are still ours.

    Does nothing on systems without Linux' /proc.
    """
    for _ in range(KILL_ROUNDS if marker else 0):
        pids = list(_find_marked(marker.encode()))
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not pids:
            return


def _read_killed_seconds(leader: int, marker: str) -> float:
    """Return the processors' time of what will be killed, but for the leader itself, which is waited for."""
    marked = set(_find_marked(marker.encode())) if marker else set()
    ticks = 0
    for pid in _list_processes():
        with contextlib.suppress(OSError):
            stat = read_stat(pid)
            if pid != leader and (int(stat[GROUP]) == leader or pid in marked):
                ticks += sum(map(int, stat[TICKS]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _list_processes() -> Iterator[int]:
    return (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))


def _find_marked(marker: bytes) -> Iterator[int]:
    for pid in _list_processes():
        # A process that ends meanwhile, or is somebody else's, is none of ours.
        with contextlib.suppress(OSError):
            if marker in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                yield pid


def _wait(child: subprocess.Popen[bytes], until: float, is_stuck: Callable[[], bool]) -> End:
    """Wait until the child ends, is stuck or has used up its time."""
    while True:
        left = until - time.monotonic()
        try:
            child.wait(timeout=max(0.0, min(left, LOOK_SECONDS)))
        except subprocess.TimeoutExpired:
            if left <= LOOK_SECONDS:
                return End.TIMED_OUT
            if is_stuck():
                return End.STUCK
        else:
            return End.BY_ITSELF


def kill_group(child: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Kill the child's process group and reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
