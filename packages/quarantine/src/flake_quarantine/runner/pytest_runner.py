"""Runs tests alone and under load, in fresh pytest processes, and reads back what happened."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.errors import TrialFailed
from flake_quarantine.runner import child_process as process
from flake_quarantine.runner import trial_log as records
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.trial_log import VARIABLE, Outcome, Records, Run, Spec

ALONE_SECONDS = 120.0
BATCH_SECONDS = 600.0
COLLECT_SECONDS = 300.0
# A test that ran for less when its batch was ended was slow, as tests are under load: it did not hang.
CUT_OFF_SECONDS = ALONE_SECONDS
MANY_WORKERS = 128  # eight times the cores of a big machine would exhaust its memory before its cores
# What would write reports, or tell this run apart from the one that the child belongs to.
NOT_INHERITED = ("GITHUB_STEP_SUMMARY", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ladder(steps: Sequence[int] = (1, 4, 8), most: int = MANY_WORKERS) -> tuple[int, ...]:
    """Numbers of workers for multiples of the cores; two at least, else nothing runs beside anything."""
    return tuple(dict.fromkeys(min(most, max(2, step * cores())) for step in steps))


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One run under load: parts, each a number of copies of some tests, that are worked off one after the other."""

    workers: int
    parts: tuple[Mapping[str, int], ...]
    seed: int
    serial: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    watch: bool = False
    noise: Noise = field(default_factory=Noise)

    @property
    def runs(self) -> int:
        """How many runs there will be."""
        return sum(sum(part.values()) for part in self.parts)


@dataclass
class Lab:
    """One project's tests and how to run them."""

    root: Path
    options: tuple[str, ...] = ()  # handed to every pytest
    cwd: Path | None = None
    xdist: bool = True
    alone_seconds: float = ALONE_SECONDS
    batch_seconds: float = BATCH_SECONDS
    counted: dict[str, int] = field(default_factory=lambda: {"alone": 0, "load": 0})

    def collect(self, arguments: Iterable[str] = ()) -> list[str]:
        """The node ids that pytest collects; also learns the root folder that they are relative to."""
        arguments = list(arguments)
        found, finished = self._run(["--collect-only", "-q", *arguments], Spec(out=""), COLLECT_SECONDS, rooted=False)
        if not found.rootdir or finished.status not in (0, 1, 4, 5):
            raise TrialFailed(f"pytest could not collect ({finished.describe()}):\n{finished.output[-2000:]}")
        self.root = Path(found.rootdir)
        return list(dict.fromkeys(found.collected))

    def alone(self, nodeid: str) -> Run:
        """Run one test alone, in a fresh process."""
        self.counted["alone"] += 1
        found, finished = self._run([str(self.root / nodeid)], Spec(out=""), self.alone_seconds)
        fitting = [run for run in found.runs if run.nodeid == nodeid]
        if not fitting:
            return _not_run(nodeid, finished)
        run = next((run for run in fitting if run.failed), fitting[0])
        if run.outcome in (Outcome.CRASHED, Outcome.HUNG):
            run.text = f"alone: {finished.describe()}\n{finished.output[-2000:]}"
        return run

    def load(self, batch: Batch) -> list[Run]:
        """Run a batch on many workers and return every run of it, the neighbours' too."""
        found, finished = self._batch(batch, ["-n", str(batch.workers), "--dist", "worksteal"])
        self.counted["load"] += len(found.runs)
        if not found.runs and finished.status not in (0, 1, 2, 5) and not finished.timed_out:
            raise TrialFailed(f"pytest could not run a batch ({finished.describe()}):\n{finished.output[-2000:]}")
        return found.runs

    def serial(self, batch: Batch) -> list[Run]:
        """Run a batch in one process, one test after the other: order without load."""
        return self._batch(batch, ["-n", "0"])[0].runs

    def _batch(self, batch: Batch, how: list[str]) -> tuple[Records, process.Finished]:
        spec = Spec(
            out="",
            parts=tuple(map(dict, batch.parts)),
            workers=batch.workers,
            seed=batch.seed,
            serial=batch.serial,
            once=batch.once,
            watch=batch.watch,
            loop_noise=batch.noise.loop,
        )
        nodeids = {nodeid for part in batch.parts for nodeid, count in part.items() if count}
        files = sorted({str(self.root / nodeid.split("::")[0]) for nodeid in nodeids})
        # A worker lost is a result, not a reason to stop.
        how += ["--max-worker-restart", str(max(20, batch.runs))]
        with batch.noise.running():
            return self._run([*how, *files], spec, self.batch_seconds, cut_off_seconds=CUT_OFF_SECONDS)

    def _run(
        self, arguments: list[str], spec: Spec, seconds: float, *, rooted: bool = True, cut_off_seconds: float = 0.0
    ) -> tuple[Records, process.Finished]:
        with tempfile.TemporaryDirectory(prefix="fq") as folder:
            spec_path = Path(folder) / "spec.json"
            out = Path(folder) / "out"
            out.mkdir()
            Spec(**{**vars(spec), "out": str(out)}).write(spec_path)
            command = [process.python(), "-m", "pytest", *self.options, *(["-n", "0"] if self.xdist else [])]
            command += [f"--rootdir={self.root}"] if rooted else []
            command += arguments
            finished = process.run(
                command, cwd=self.cwd or Path.cwd(), env=self._environment(spec_path), seconds=seconds
            )
            hung_before = time.monotonic() - cut_off_seconds if finished.timed_out else None
            return records.read(out, hung_before=hung_before), finished

    @staticmethod
    def _environment(spec_path: Path) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        return {**env, VARIABLE: str(spec_path), "COVERAGE_FILE": str(spec_path.parent / "coverage")}


def fillers(suite: Sequence[str], target: str, count: int, seed: int, avoid: Iterable[str] = ()) -> list[str]:
    """Neighbours for a test from the same suite: its own file first, then others by chance."""
    avoided = {target, *avoid}
    others = [nodeid for nodeid in suite if nodeid not in avoided]
    random.Random(seed).shuffle(others)  # noqa: S311
    others.sort(key=lambda nodeid: nodeid.split("::")[0] != target.split("::")[0])
    return others[:count]


def _not_run(nodeid: str, finished: process.Finished) -> Run:
    """A test that pytest did not even start: it cannot be collected, or its process died before."""
    outcome = Outcome.HUNG if finished.timed_out else Outcome.FAILED
    if finished.status in (0, 5):
        outcome = Outcome.SKIPPED
    text = f"{finished.describe()}\n{finished.output[-2000:]}"
    return Run(nodeid=nodeid, worker="alone", start=0, stop=0, outcome=outcome, signature="not collected", text=text)
