"""What a measuring process writes down, line by line, so that a crash loses nothing that happened before it."""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

VARIABLE = "FLAKE_QUARANTINE_TRIAL"


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a measuring pytest process is to do; handed over as a JSON file named by an environment variable."""

    out: str
    parts: tuple[dict[str, int], ...] | None = None  # copies of tests; None: everything once, as it was collected
    workers: int = 1
    seed: int = 0
    serial: tuple[str, ...] = ()  # never two copies of these at a time
    once: tuple[str, ...] = ()  # a process runs these once, whatever copies it is given
    watch: bool = False
    loop_noise: int = 0

    def write(self, path: Path) -> None:
        """Write it where `read` finds it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: str) -> Spec:
        """Read what `write` wrote."""
        fields = json.loads(Path(path).read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(**{**fields, **lists})


class Outcome(enum.StrEnum):
    """How one run of a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CRASHED = "crashed"
    HUNG = "hung"


BAD = frozenset({Outcome.FAILED, Outcome.CRASHED, Outcome.HUNG})


@dataclass(kw_only=True)
class Run:
    """One run of one test; times are seconds of the machine's monotonic clock, the same in all processes."""

    nodeid: str
    worker: str
    start: float
    stop: float = float("inf")
    outcome: Outcome = Outcome.CRASHED
    signature: str = ""
    text: str = ""
    touched: tuple[str, ...] = ()
    before: tuple[str, ...] = field(default=(), repr=False)

    @property
    def failed(self) -> bool:
        """Whether this run counts as a failure."""
        return self.outcome in BAD

    @property
    def seconds(self) -> float:
        """How long it took; 0 if it never ended."""
        return 0.0 if self.stop == float("inf") else self.stop - self.start

    @property
    def counts(self) -> bool:
        """Whether this run says anything: a skipped one does not."""
        return self.outcome is not Outcome.SKIPPED

    def beside(self, other: Run) -> bool:
        """Whether both ran at the same time, on different workers."""
        return self.worker != other.worker and self.start < other.stop and other.start < self.stop


class Writer:
    """Appends lines to this process's own file; each is written whole, at once."""

    def __init__(self, folder: str, worker: str) -> None:
        path = Path(folder) / f"{worker}-{os.getpid()}.jsonl"
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, **fields: object) -> None:
        """Append one record."""
        os.write(self._handle, json.dumps(fields).encode() + b"\n")


@dataclass
class Records:
    """Everything the processes of one trial wrote."""

    runs: list[Run] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    rootdir: str = ""


def read(folder: Path, *, hung_before: float | None = None) -> Records:
    """Read all files of a trial; a run that began and never ended crashed.

    Of a trial that was killed for taking too long, what began before `hung_before` hung; the rest was cut off.
    """
    records = Records()
    for path in sorted(folder.glob("*.jsonl")):
        _read_one(_lines(path), path.name.split("-")[0], records, hung_before)
    records.runs.sort(key=lambda run: run.start)
    return records


def _lines(path: Path) -> Iterable[dict[str, object]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:  # the last line of a process that was killed while it wrote
            return


def _read_one(lines: Iterable[dict[str, object]], worker: str, records: Records, hung_before: float | None) -> None:
    ran: list[str] = []
    last: Run | None = None
    for line in lines:
        if "collected" in line:
            records.collected = [str(nodeid) for nodeid in line["collected"]]  # type: ignore[attr-defined]
            records.rootdir = str(line["rootdir"])
        elif "start" in line:
            last = Run(nodeid=str(line["nodeid"]), worker=worker, start=float(str(line["start"])), before=tuple(ran))
            records.runs.append(last)
            ran.append(last.nodeid)
        elif last is not None:
            last.stop = float(str(line["stop"]))
            last.outcome = Outcome(str(line["outcome"]))
            last.signature, last.text = str(line["signature"]), str(line["text"])
            last.touched = tuple(line["touched"])  # type: ignore[arg-type]
            last = None
    if last is not None:
        last.outcome = _unfinished(last, hung_before)
        if last.outcome is Outcome.CRASHED:
            last.stop = last.start  # nobody saw when; to the end of the batch it would overlap everything
        last.signature = f"{last.nodeid.split('::')[0].rpartition('/')[2]} {last.outcome.value}"
        last.text = f"the process {last.outcome.value} while it ran {last.nodeid}"


def _unfinished(run: Run, hung_before: float | None) -> Outcome:
    if hung_before is None:
        return Outcome.CRASHED
    return Outcome.HUNG if run.start < hung_before else Outcome.SKIPPED
