"""Measures tests in two interleaved arms, several at a time under load, and says what they are."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.campaign import Workbench
from flake_quarantine.campaigns.cause_finder import Explainer
from flake_quarantine.inference.bursts import count_events, together
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import ALPHA
from flake_quarantine.inference.stopping_rule import (
    Limits,
    RunAlone,
    Rung,
    RunLoad,
    Stop,
    Tally,
    Verdict,
    more_runs,
    next_step,
)
from flake_quarantine.runner.pytest_runner import Batch, cores, fillers
from flake_quarantine.runner.trial_log import Run

MOST_TOGETHER = 8  # tests in one batch: it starts its workers once for all, and copies still meet each other
BATCH_SECONDS = 150.0  # of work for each core in one batch, as far as it is known
MOST_REPEATED = 10
SERIAL_BATCHES = 3  # tell order from load, with as many neighbours as the batch had that failed
SLOW_SECONDS = 2.0  # a neighbour that takes longer makes every batch wait for it


@dataclass(kw_only=True)
class Case:
    """One test while it is measured."""

    found: Measurement
    once: bool = False  # it fails when a process runs it twice
    seconds: float = 0.0  # how long it took at most
    runs: list[Run] = field(default_factory=list)  # under load


class Measurer:
    """Measures tests of one suite: several at a time under load, and one after the other alone."""

    def __init__(self, bench: Workbench) -> None:
        self.bench, self.settings = bench, bench.settings
        self.slow: set[str] = set()

    def measure(self, nodeids: Sequence[str], family: int | None = None) -> list[Measurement]:
        """Measure the tests until each is decided, as some of a `family` of tests: by default, all there are."""
        limits = replace(self.settings.limits, threshold=ALPHA / max(1, family or len(nodeids)))
        cases = [Case(found=Measurement(nodeid=nodeid, tally=self._tally())) for nodeid in nodeids]
        waiting = cases
        while waiting:
            waiting = self._turn(waiting, limits)
        for case in cases:
            if case.found.verdict is Verdict.LOAD_ONLY:
                self._explain(case)
        return [case.found for case in cases]

    def _turn(self, cases: Sequence[Case], limits: Limits) -> list[Case]:
        """Give each test its next step and return those that need another."""
        loaded: dict[int, list[tuple[Case, int]]] = {}
        left = []
        for case in cases:
            step = self._step(case, limits)
            if isinstance(step, Stop):
                case.found.verdict, case.found.more, case.found.p = step.verdict, step.more, case.found.tally.p
                self.bench.say(f"{case.found.nodeid}: {step.verdict}")
                continue
            left.append(case)
            if isinstance(step, RunAlone):
                self._alone(case, step.runs)
            else:
                loaded.setdefault(step.rung, []).append((case, step.runs))
        for rung, wanted in loaded.items():
            for party in _parties(wanted):
                self._load(rung, party)
        return left

    def _step(self, case: Case, limits: Limits) -> RunAlone | RunLoad | Stop:
        tally = case.found.tally
        step = next_step(tally, limits)
        if time.monotonic() > self.settings.until and not isinstance(step, Stop):
            return Stop(Verdict.UNDECIDED, f"the time is up; {more_runs(tally, limits)}")
        return step

    def _tally(self) -> Tally:
        return Tally([Rung(workers) for workers in self.settings.workers])

    def _alone(self, case: Case, times: int) -> None:
        found, runs = case.found, []
        for _ in range(times):
            run = self.bench.lab.alone(found.nodeid)
            runs.append(run)
            case.seconds = max(case.seconds, run.seconds)
            if run.counts:
                found.tally.add_alone(run.failed)
            else:
                found.tally.empty_batches += 1
                found.tally.load_last = False
            if run.failed:
                found.signatures[run.signature] += 1
                found.notes.append(run.text)
                break
        self.bench.keep("alone", 0, runs)
        self.bench.say(f"{found.nodeid}: alone {found.tally.alone_failures}/{found.tally.alone_runs}")

    def _load(self, rung: int, party: Sequence[tuple[Case, int]]) -> None:
        workers = self.settings.workers[rung]
        seed = self.settings.seed + party[0][0].found.tally.batches
        runs = self.bench.lab.load(self.batch(party, workers, seed))
        self.slow |= {run.nodeid for run in runs if run.seconds > SLOW_SECONDS}
        self.bench.keep("load", workers, runs)
        for case, copies in party:
            self._count(case, rung, runs, (workers, copies, seed))

    def _count(self, case: Case, rung: int, runs: Sequence[Run], batch: tuple[int, int, int]) -> None:
        """Take in what a batch says about one test."""
        found = case.found
        own = [run for run in runs if run.nodeid == found.nodeid and run.counts]
        failed = [run for run in own if run.failed]
        found.tally.add_batch(rung, len(own), len(failed), count_events(own, batch[-1]))
        found.signatures.update(run.signature for run in failed)
        found.together.update(together(runs, found.nodeid))
        case.runs += own
        case.seconds = max([case.seconds, *(run.seconds for run in own)])
        if failed and found.failing_batch is None:
            found.failing_batch = batch
        self.bench.say(f"{found.nodeid}: {batch[0]} workers {len(failed)}/{len(own)} (seed {batch[-1]})")
        if failed and not case.once and self._repeats_badly(case):
            self._begin_again(case)

    def batch(self, party: Sequence[tuple[Case, int]], workers: int, seed: int) -> Batch:
        """A part for each test: most of its copies, the rest of them spread over the other parts, and neighbours."""
        names = [case.found.nodeid for case, _ in party]
        spread = {case.found.nodeid: _spread(copies, len(party)) for case, copies in party}
        parts = []
        for case, copies in party:
            nodeid = case.found.nodeid
            wanted = max(workers * 2, copies // 2)
            beside = fillers(self.bench.suite, nodeid, wanted, seed, self.slow | set(names))
            each = min(MOST_REPEATED, max(1, wanted // max(1, len(beside))))  # a small suite is repeated
            own = max(copies, workers if len(party) == 1 else 0) - spread[nodeid] * (len(party) - 1)
            parts.append({**dict.fromkeys(beside, each), **spread, nodeid: own})
        once = tuple(case.found.nodeid for case, _ in party if case.once)
        return Batch(workers=workers, parts=tuple(parts), seed=seed, once=once, noise=self.settings.noise)

    def _repeats_badly(self, case: Case) -> bool:
        """Whether the test fails when one process runs it twice, which no ordinary run does."""
        tally = case.found.tally
        if tally.batches != tally.empty_batches + 1 and tally.failing_batches > 1:
            return False
        batch = Batch(workers=1, parts=({case.found.nodeid: 3},), seed=self.settings.seed)
        return any(run.failed for run in self.bench.lab.serial(batch)[1:])

    def _begin_again(self, case: Case) -> None:
        """Count afresh, with each process running the test once."""
        case.once, case.runs, found = True, [], case.found
        found.notes.append("it fails when one process runs it twice; each process ran it once")
        found.tally = replace(found.tally, rungs=self._tally().rungs, failing_batches=0)
        found.failing_batch = None
        found.signatures.clear()

    def _explain(self, case: Case) -> None:
        """Tell load from order, and look for the neighbour."""
        serial: tuple[Batch, ...] = ()
        if case.found.failing_batch is not None:
            workers, copies, seed = case.found.failing_batch
            wanted = 2 if case.once else copies
            serial = tuple(self.batch([(case, wanted)], workers, seed + extra) for extra in range(SERIAL_BATCHES))
        Explainer(self.bench, self.slow).explain(case.found, case.runs, serial)


def _parties(wanted: Sequence[tuple[Case, int]]) -> Iterator[list[tuple[Case, int]]]:
    """Tests that share a batch: not too many, and not more work than a batch may take."""
    room = BATCH_SECONDS * cores()
    party: list[tuple[Case, int]] = []
    work = 0.0
    for case, copies in wanted:
        more = case.seconds * copies
        if party and (len(party) == MOST_TOGETHER or work + more > room):
            yield party
            party, work = [], 0.0
        party.append((case, copies))
        work += more
    if party:
        yield party


def _spread(copies: int, tests: int) -> int:
    """How many copies of a test run in the part of each other test: half of all, as far as there are enough."""
    return min(copies // tests, max(1, copies // (2 * tests)))
