"""Child processes that always end: each leads a process group, has a deadline, and dies with its children."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OUTPUT_BYTES = 20_000


@dataclass(frozen=True)
class ProcessResult:
    """How a child ended; `output` is the end of what it printed."""

    status: int
    output: str
    timed_out: bool

    def describe(self) -> str:
        """Return the end in words, such as `killed by SIGSEGV`."""
        if self.timed_out:
            return "hung, and was killed"
        if self.status < 0:
            return f"killed by {signal.Signals(-self.status).name}"
        return f"exit status {self.status}"


def run_command(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> ProcessResult:
    """Run the command in a process group of its own for at most `seconds`, then kill what is left of the group."""
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
        timed_out = False
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            kill_group(child)
        output.seek(max(0, output.seek(0, os.SEEK_END) - OUTPUT_BYTES))
        text = output.read().decode("utf-8", "replace")
    return ProcessResult(child.returncode, text, timed_out)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's process group and reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
