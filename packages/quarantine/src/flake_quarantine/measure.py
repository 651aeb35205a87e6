"""Measures tests in two interleaved arms and says what they are."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.culprit import Suspect, rank_before, rank_beside, shared_things
from flake_quarantine.events import count_events, together
from flake_quarantine.history import History, Outcomes
from flake_quarantine.lab import Batch, Lab, fillers, ladder
from flake_quarantine.noise import Noise
from flake_quarantine.records import Run
from flake_quarantine.register import Kind
from flake_quarantine.sequential import Limits, RunAlone, Rung, RunLoad, Stop, Tally, Verdict, more_runs, next_step
from flake_quarantine.statistics import ALPHA

CULPRIT_BATCHES = 3
CULPRIT_COPIES = 30
NEIGHBOUR_RUNS = 150
MOST_NEIGHBOURS = 40
MOST_REPEATED = 10
SLOW_SECONDS = 2.0  # a neighbour that takes longer makes every batch wait for it


@dataclass(kw_only=True)
class Measurement:
    """Everything that is known about one test after measuring it."""

    nodeid: str
    tally: Tally
    verdict: Verdict = Verdict.UNDECIDED
    kind: Kind = Kind.UNKNOWN
    more: str = ""
    p: float = 1.0  # corrected over everything that was measured with it
    suspects: list[Suspect] = field(default_factory=list)
    shared: dict[str, list[str]] = field(default_factory=dict)
    signatures: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)
    failing_batch: tuple[int, int, int] | None = None  # workers, copies, seed
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to measure."""

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    workers: tuple[int, ...] = field(default_factory=ladder)
    noise: Noise = field(default_factory=Noise)
    until: float = float("inf")  # monotonic time after which no further step is begun
    culprits: bool = True


class Measurer:
    """Measures tests of one suite, one after the other: alone has to mean alone."""

    def __init__(
        self,
        lab: Lab,
        suite: Sequence[str],
        settings: Settings,
        *,
        history: History | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.lab, self.suite, self.settings, self.history, self.say = lab, suite, settings, history, say
        self.slow: set[str] = set()

    def measure(self, nodeid: str, family: int = 1) -> Measurement:
        """Measure one of `family` tests until it is decided."""
        limits = replace(self.settings.limits, threshold=ALPHA / family)
        found = Measurement(nodeid=nodeid, tally=self._tally())
        once: tuple[str, ...] = ()
        runs: list[Run] = []
        while True:
            step = next_step(found.tally, limits)
            if time.monotonic() > self.settings.until and not isinstance(step, Stop):
                step = Stop(Verdict.UNDECIDED, f"the time is up; {more_runs(found.tally, limits)}")
            if isinstance(step, Stop):
                break
            if isinstance(step, RunAlone):
                self._alone(found, step.runs)
                continue
            runs += self._load(found, step, once)
            if found.tally.load_failures and not once and self._repeats_badly(found):
                once, runs = (nodeid,), []
        found.verdict, found.more, found.p = step.verdict, step.more, found.tally.p
        if found.verdict is Verdict.LOAD_ONLY:
            self._explain(found, runs, once)
        return found

    def _tally(self) -> Tally:
        return Tally([Rung(workers) for workers in self.settings.workers])

    def _alone(self, found: Measurement, times: int) -> None:
        runs = []
        for _ in range(times):
            run = self.lab.alone(found.nodeid)
            runs.append(run)
            if run.counts:
                found.tally.add_alone(run.failed)
            else:
                found.tally.empty_batches += 1
                found.tally.load_last = False
            if run.failed:
                found.signatures[run.signature] += 1
                found.notes.append(run.text)
                break
        self._keep("alone", 0, runs)
        self.say(f"  alone {found.tally.alone_failures}/{found.tally.alone_runs}")

    def _load(self, found: Measurement, step: RunLoad, once: tuple[str, ...]) -> list[Run]:
        workers = self.settings.workers[step.rung]
        seed = self.settings.seed + found.tally.batches
        batch = self.batch(found.nodeid, workers, step.runs, seed, once)
        runs = self.lab.load(batch)
        own = [run for run in runs if run.nodeid == found.nodeid and run.counts]
        failed = [run for run in own if run.failed]
        found.tally.add_batch(step.rung, len(own), len(failed), count_events(own, seed))
        found.signatures.update(run.signature for run in failed)
        found.together.update(together(runs, found.nodeid))
        if failed and found.failing_batch is None:
            found.failing_batch = (workers, step.runs, seed)
        self.slow |= {run.nodeid for run in runs if run.seconds > SLOW_SECONDS}
        self._keep("load", workers, runs)
        self.say(f"  {workers} workers {len(failed)}/{len(own)}")
        return runs

    def batch(self, nodeid: str, workers: int, copies: int, seed: int, once: tuple[str, ...] = ()) -> Batch:
        """Copies of the test among others of its suite."""
        wanted = max(workers * 2, copies // 2)
        beside = fillers(self.suite, nodeid, wanted, seed, self.slow)
        each = min(MOST_REPEATED, max(1, wanted // max(1, len(beside))))  # a small suite is repeated
        counts = {**dict.fromkeys(beside, each), nodeid: max(copies, workers)}
        return Batch(workers=workers, copies=counts, seed=seed, once=once, noise=self.settings.noise)

    def _repeats_badly(self, found: Measurement) -> bool:
        """Whether the test fails when one process runs it twice, which no ordinary run does; then count afresh."""
        if found.tally.batches != found.tally.empty_batches + 1 and found.tally.failing_batches > 1:
            return False
        batch = Batch(workers=1, copies={found.nodeid: 3}, seed=self.settings.seed)
        if not any(run.failed for run in self.lab.serial(batch)[1:]):
            return False
        found.notes.append("it fails when one process runs it twice; each process ran it once")
        found.tally = replace(found.tally, rungs=self._tally().rungs, failing_batches=0)
        found.failing_batch = None
        found.signatures.clear()
        return True

    def _explain(self, found: Measurement, runs: list[Run], once: tuple[str, ...]) -> None:
        """Tell load from order, and look for the neighbour."""
        found.kind = Kind.LOAD
        if self._is_order(found, once):
            found.kind = Kind.ORDER
            found.suspects = rank_before(runs, found.nodeid)
        elif self.settings.culprits:
            found.suspects, found.shared = self.culprits(found.nodeid, self._worst(found.tally))

    def _is_order(self, found: Measurement, once: tuple[str, ...]) -> bool:
        """Whether it fails in one process too, after others and beside nothing."""
        if found.failing_batch is None:
            return False
        _, copies, seed = found.failing_batch
        own = (
            run
            for extra in range(3)
            for run in self.lab.serial(self.batch(found.nodeid, 2, 2 if once else copies, seed + extra, once))
            if run.nodeid == found.nodeid
        )
        return any(run.failed for run in own)

    def culprits(self, nodeid: str, workers: int) -> tuple[list[Suspect], dict[str, list[str]]]:
        """Rank neighbours in batches in which the test never runs beside itself."""
        neighbours = fillers(self.suite, nodeid, MOST_NEIGHBOURS, self.settings.seed, self.slow)
        runs: list[Run] = []
        suspects: list[Suspect] = []
        if not neighbours:
            return suspects, {}
        each = max(1, NEIGHBOUR_RUNS // len(neighbours))
        for number in range(CULPRIT_BATCHES):
            batch = Batch(
                workers=workers,
                copies={**dict.fromkeys(neighbours, each), nodeid: CULPRIT_COPIES},
                seed=self.settings.seed + 1000 + number,
                serial=(nodeid,),
                watch=True,
            )
            runs += _shifted(self.lab.load(batch), number)
            suspects = rank_beside(runs, nodeid)
            if (suspects and suspects[0].p <= ALPHA / 5) or time.monotonic() > self.settings.until:
                break
        return suspects, shared_things(runs, nodeid)

    def _worst(self, tally: Tally) -> int:
        """The fewest workers, four at least, at which it failed: fewer neighbours at a time are told apart better."""
        failing = [rung.workers for rung in tally.rungs if rung.failures]
        return max(4, min(failing, default=4))

    def _keep(self, arm: str, workers: int, runs: Sequence[Run]) -> None:
        if self.history and runs:
            rows = [(run.nodeid, run.outcome.value, run.seconds, run.signature) for run in runs]
            self.history.append(Outcomes(arm, workers, rows))


def _shifted(runs: list[Run], number: int) -> list[Run]:
    """The runs with worker names of their own, so that workers of different batches are not taken for one."""
    return [replace(run, worker=f"{run.worker}/{number}") for run in runs]


def adjust(measurements: Sequence[Measurement]) -> None:
    """Correct p over everything that was measured together; what no longer holds becomes undecided."""
    from flake_quarantine.statistics import holm

    for found, p in zip(measurements, holm([found.tally.p for found in measurements]), strict=True):
        found.p = p
        if found.verdict is Verdict.UNDECIDED and found.tally.failing_batches > 1 and p <= ALPHA:
            if not found.tally.alone_failures:
                found.verdict, found.more, found.kind = Verdict.LOAD_ONLY, "", Kind.UNKNOWN
        elif found.verdict is Verdict.LOAD_ONLY and p > ALPHA:
            found.verdict = Verdict.UNDECIDED
