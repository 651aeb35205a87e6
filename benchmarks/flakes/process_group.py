"""Runs a command in a process group of its own, which ends with it, with its time, and with this process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

PATIENCE = 30.0  # seconds to end what it has started, before it is killed


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it wrote."""

    status: int
    output: str
    errors: str
    seconds: float
    timed_out: bool = False


def run_in_group(command: Sequence[str], folder: Path, seconds: float, patience: float = PATIENCE) -> Finished:
    """Run a command in a folder, for so many seconds at most; nothing of its group outlives the call."""
    # Files: a process that is left over would hold a pipe open for ever.
    with (
        tempfile.TemporaryFile("w+", errors="replace") as output,
        tempfile.TemporaryFile("w+", errors="replace") as errors,
    ):
        begin, timed_out = time.monotonic(), False
        process = subprocess.Popen(
            list(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end_group(process, patience)
        took = time.monotonic() - begin
        for written in (output, errors):
            written.seek(0)
        return Finished(process.returncode, output.read(), errors.read(), took, timed_out)


@contextmanager
def end_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end this process by an exception, while the block lasts, so that what it runs ends too."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end_group(process: subprocess.Popen[bytes], patience: float) -> None:
    """End what is left of the group, politely at first."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # nothing is left of it
        os.killpg(group, number)
