"""The log of a trial: JSON lines that each measuring process appends, so that a crash loses nothing before it."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.node_ids import extract_path
from flake_quarantine.runner.process_stat import STATE, read_stat
from flake_quarantine.runs import Outcome, Run


class TrialLogWriter:
    """Appends lines to this process's own file; each is written whole, at once.

    A test may fork, and its fork come back from it: that one writes nothing, as the run is this process's.
    """

    def __init__(self, folder: str, worker: str) -> None:
        self._process = os.getpid()
        path = Path(folder) / f"{worker}-{self._process}.jsonl"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, **fields: object) -> None:
        """Append one line."""
        if os.getpid() == self._process:
            os.write(self._handle, json.dumps(fields).encode() + b"\n")


@dataclass
class TrialLog:
    """Everything that the processes of one trial wrote; `runs` are in the order of their start."""

    runs: list[Run] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    uncollected: list[str] = field(default_factory=list)  # files and folders that pytest could not collect
    rootdir: str = ""


def read(folder: Path, *, hung_before: float | None = None, running: Collection[str] = ()) -> TrialLog:
    """Read all files of a trial; a run that began and never ended crashed.

    `hung_before` is for a trial that was killed, in seconds of the monotonic clock, and `running` has the files of the
    processes that were alive then: an unfinished run of theirs that began earlier hung; a later one was only cut off.
    """
    log = TrialLog()
    for path in sorted(folder.glob("*.jsonl")):
        _read_file(_read_lines(path), path.name.split("-")[0], log, hung_before if path.name in running else None)
    log.runs.sort(key=lambda run: run.start)
    return log


def list_running(folder: Path) -> dict[str, str]:
    """Return the tests that processes which are alive have begun and not ended, by the names of their files."""
    running = {}
    for path in folder.glob("*.jsonl"):
        lines = list(_read_lines(path))
        if lines and "start" in lines[-1] and _is_alive(int(path.stem.rpartition("-")[2])):
            running[path.name] = str(lines[-1]["nodeid"])
    return running


def _is_alive(pid: int) -> bool:
    """Tell whether a measuring process lives: one that has died may wait for long until xdist reaps it."""
    try:
        os.kill(pid, 0)
        return read_stat(pid)[STATE] != "Z"
    except FileNotFoundError:  # a system without Linux' /proc
        return True
    except OSError:  # there is none, or it is another user's
        return False


def _read_lines(path: Path) -> Iterable[dict[str, object]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:  # the last line of a process that was killed while it wrote
            return


def _read_file(lines: Iterable[dict[str, object]], worker: str, log: TrialLog, hung_before: float | None) -> None:
    ran: list[str] = []
    last: Run | None = None
    for line in lines:
        if "collected" in line:
            log.collected = [str(nodeid) for nodeid in line["collected"]]  # type: ignore[attr-defined]
            log.rootdir = str(line["rootdir"])
        elif "uncollected" in line:
            log.uncollected.append(str(line["uncollected"]))
        elif "start" in line:
            last = Run(nodeid=str(line["nodeid"]), worker=worker, start=float(str(line["start"])), before=tuple(ran))
            log.runs.append(last)
            ran.append(last.nodeid)
        elif last is not None:
            _finish(last, line)
            last = None
    if last is not None:
        _finish_lost(last, hung_before)


def _finish(run: Run, line: dict[str, object]) -> None:
    run.stop = float(str(line["stop"]))
    run.outcome = Outcome(str(line["outcome"]))
    run.signature, run.text = str(line["signature"]), str(line["text"])
    run.touched = tuple(line["touched"])  # type: ignore[arg-type]


def _finish_lost(run: Run, hung_before: float | None) -> None:
    """Give an outcome to a run whose process wrote no end of it."""
    if hung_before is None:
        run.outcome = Outcome.CRASHED
        run.stop = run.start  # the moment is not known; to the end of the batch it would overlap everything
    else:
        run.outcome = Outcome.HUNG if run.start < hung_before else Outcome.NOT_RUN
    run.signature = f"{extract_path(run.nodeid).rpartition('/')[2]} {run.outcome.value}"
    ended = "was cut off" if run.outcome is Outcome.NOT_RUN else run.outcome.value
    run.text = f"the process {ended} while it ran {run.nodeid}"
