"""A pytest process that has collected its tests once, and forks for each run: the runner's end of a fork server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flake_quarantine.runner.child_process import (
    End,
    ProcessResult,
    kill_group,
    kill_marked,
    read_end,
    read_killed_seconds,
    start_group,
    wait_for_end,
)

CLOSE_SECONDS = 5.0  # for what the suite does at the end of its session
REAP_SECONDS = 10.0  # after a run was killed
MAX_MESSAGE = 65536


def can_fork() -> bool:
    """Tell whether pytest can serve forks here: it needs Linux' /proc, and descriptors of processes."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class ForkingPytest:
    """One such process; `folder` is kept until it is closed, and by the variable `marker` its forks are found."""

    def __init__(self, folder: tempfile.TemporaryDirectory[str], marker: str) -> None:
        self.folder, self.marker = folder, marker
        # What forks of it would share, although processes of their own would not, by file or folder, or by "".
        self.hazards: dict[str, str] = {}
        self._output = (Path(folder.name) / "output").open("w+b", buffering=0)
        self.channel, self.their_channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process: subprocess.Popen[bytes] | None = None
        self._leader = 0  # the fork that runs
        self._status: int | None = None
        self._seconds = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked for a run."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> None:
        """Start it, and wait until it has collected; `hazards` say why it cannot be used."""
        descriptor = self.their_channel.fileno()
        # A process that appends: what its forks print may stand between.
        output = os.open(self._output.name, os.O_WRONLY | os.O_APPEND)
        try:
            self._process = start_group(command, cwd=cwd, env=env, output=output, inherited=(descriptor,))
        finally:
            os.close(output)
            self.their_channel.close()
        message = self._receive(seconds)
        if message is None:
            self.hazards[""] = "it took too long to collect"
        elif not message:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_SECONDS)
            self.hazards[""] = f"pytest did not start:\n{read_end(self._output)[-2000:]}"
        else:
            self.hazards = dict(message["hazards"])  # type: ignore[call-overload]

    def run(
        self,
        spec: Path,
        output: Path,
        *,
        seconds: float,
        is_stuck: Callable[[], bool],
        before_end: Callable[[], None],
    ) -> ProcessResult:
        """Run what the spec says in forks for at most `seconds`, then kill what is left of them."""
        self._leader, self._status, self._seconds = 0, None, 0.0
        killed_seconds = 0.0
        try:
            self._order(spec, output)
            end = wait_for_end(self._has_ended, time.monotonic() + seconds, is_stuck)
            if end is not End.BY_ITSELF:
                before_end()
        finally:
            killed_seconds = self._kill_forks()
        text = ""
        if output.exists():
            with output.open("rb") as printed:
                text = read_end(printed)
        return ProcessResult(self._get_status(), text, end, self._seconds + killed_seconds)

    def close(self) -> None:
        """Let the suite end its session, then kill what is left."""
        self.channel.close()
        self.their_channel.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(CLOSE_SECONDS)
            kill_group(self._process)
            kill_marked(self.marker)
            self._process = None
        self._output.close()
        self.folder.cleanup()

    def _order(self, spec: Path, output: Path) -> None:
        with contextlib.suppress(OSError):  # it is dead: there will be no answer either
            self.channel.send(json.dumps({"spec": str(spec), "output": str(output)}).encode())

    def _has_ended(self, seconds: float) -> bool:
        """Tell whether the run ends within so many seconds, or the server does."""
        until = time.monotonic() + seconds
        while True:
            message = self._receive(max(0.0, until - time.monotonic()))
            if message is None:
                return False
            if "pid" in message:
                self._leader = int(str(message["pid"]))
                continue
            if message:
                self._status, self._seconds = int(str(message["status"])), float(str(message["seconds"]))
            return True

    def _receive(self, seconds: float) -> dict[str, object] | None:
        """Return the next message: None if there is none in time, and an empty one if the server has died."""
        self.channel.settimeout(max(0.001, seconds))  # 0 would not wait at all
        try:
            message = self.channel.recv(MAX_MESSAGE)
        except TimeoutError:
            return None
        except OSError:
            return {}
        return dict(json.loads(message)) if message else {}

    def _kill_forks(self) -> float:
        """Kill the fork that leads the run and all that it has started; return the processors' time of these others."""
        server = self._process.pid if self._process else None
        seconds = read_killed_seconds(self._leader, self.marker, server) if self._leader else 0.0
        if self._leader:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._leader, signal.SIGKILL)
        kill_marked(self.marker, server)
        if self._status is None:
            self._has_ended(REAP_SECONDS)
        if self._status is None and self._process is not None:  # it has died, or hangs itself
            kill_group(self._process)
        return seconds

    def _get_status(self) -> int:
        if self._status is None and self._process is not None:
            return self._process.returncode
        return self._status or 0
