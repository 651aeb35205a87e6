"""Finds the tests after which a test fails in the same process, if their order is what makes it fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flake_quarantine.campaigns.bisection import BisectionResult, Tried, describe_shared, narrow
from flake_quarantine.inference.statistics import ALPHA, runs_for_bound, wilson_interval
from flake_quarantine.inference.suspects import find_shared_resources
from flake_quarantine.register import Kind
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

MAX_EARLIER = 200  # tests before it in one process
ALONE_RUNS = 5  # two failures of two after others are more than none of five alone: p is 0.048
ORDER_RUNS = 5  # so many failures of as many let four passes clear a part of the order
MAX_RUNS = 12  # with one order, before it is taken as harmless
MAX_PROCESSES = 300  # for two of 40 tests that only together make it fail, some 200
MIN_RATE = 0.2  # a flake that is rarer in an order costs more processes than it is worth
MAX_LOST = 5  # tests that end the process, before an order is given up


@dataclass
class OrderBisector:
    """Runs the test as the last one of a process, after others in a given order, and never at the same time as any."""

    runner: PytestRunner
    nodeid: str
    seed: int = 0
    report_progress: Callable[[str], None] = lambda line: None
    alone: Tried = field(default_factory=Tried)
    rate: float = MIN_RATE  # of failures in the order that is bisected
    processes: int = 0
    lost: dict[str, str] = field(default_factory=dict)  # tests that ended the process, with a note on each
    runs: list[Run] = field(default_factory=list)  # of the order that is confirmed

    def bisect(self, earlier: Sequence[str]) -> BisectionResult | None:
        """Bisect the order of these tests, which are node ids; None if it does not fail more often after them."""
        order = self._find_failing_order(list(earlier))
        if order is None:
            return None
        smallest = narrow(order, self._fails_after)
        tried = self._run_until_clear(smallest, runs_for_bound(self.rate))
        if tried.compare(self.alone) > ALPHA:
            return None
        shared = find_shared_resources(self.runs, self.nodeid)
        return BisectionResult(
            nodeid=self.nodeid,
            conclusion=self._conclude(smallest) + describe_shared(shared, smallest),
            kind=Kind.ORDER,
            neighbours=smallest,
            failures=tried.failures,
            runs=tried.runs,
            batches=self.processes,
            notes=list(self.lost.values()),
            shared=shared,
        )

    def _conclude(self, smallest: Sequence[str]) -> str:
        fewer = " (fewer may do: there was no time to try)" if self.processes >= MAX_PROCESSES else ""
        return f"fails after these in the same process{fewer}: {', '.join(smallest)}"

    def _find_failing_order(self, earlier: list[str]) -> list[str] | None:
        """Return an order after which it fails more often than alone.

        Of any two tests, one comes first in the order that is given, and the other one in the reverse.
        """
        shuffled = random.Random(self.seed).sample(earlier, len(earlier))  # noqa: S311
        for order in (earlier, earlier[::-1], shuffled) if earlier else ():
            if not self._run(order).failures:
                continue
            self._run_alone()
            tried = self._run_until_clear(order, ORDER_RUNS)
            if tried.compare(self.alone) <= ALPHA:
                self.rate = max(MIN_RATE, wilson_interval(tried.failures, tried.runs)[0])
                return order
        return None

    def _fails_after(self, order: Sequence[str]) -> bool:
        """Tell whether it fails more often after these than alone, where it may fail as well."""
        tried = Tried()
        while tried.runs < runs_for_bound(self.rate) and self.processes < MAX_PROCESSES:
            more = self._run(order)
            tried = tried.merge(more)
            if not more.runs or tried.is_worse_than(self.alone):
                break
        self.report_progress(f"  after {len(order)} tests: {tried.failures}/{tried.runs}")
        return tried.is_worse_than(self.alone)

    def _run_until_clear(self, order: Sequence[str], at_least: int) -> Tried:
        """Run it after these until it fails more often than alone; the failure that chose them is not counted.

        Without a failure, it ends after the runs that there are at least.
        """
        tried = Tried()
        for number in range(1, MAX_RUNS + 1):
            tried = tried.merge(self._run(order))
            if number >= at_least and (tried.compare(self.alone) <= ALPHA or not tried.failures):
                break
        self.report_progress(f"  after {len(order)} tests: {tried.failures}/{tried.runs}")
        return tried

    def _run_alone(self) -> None:
        if self.alone.runs:
            return
        runs = [self.runner.run_alone(self.nodeid) for _ in range(ALONE_RUNS)]
        self.alone = Tried(sum(run.failed for run in runs), sum(run.counts for run in runs))
        self.report_progress(f"  alone: {self.alone.failures}/{self.alone.runs}")

    def _run(self, order: Sequence[str]) -> Tried:
        """Run it once after these, without those of them that end the process."""
        for _ in range(MAX_LOST):
            names = [name for name in order if name not in self.lost]
            # A part for each: the tests of one part are shuffled.
            parts = tuple({name: 1} for name in [*names, self.nodeid])
            self.processes += 1
            self.runs = self.runner.run_serially(Batch(workers=1, parts=parts, seed=self.seed, audit=True))
            own = [run for run in self.runs if run.nodeid == self.nodeid and run.counts]
            if own or not self._leave_out_lost_tests():
                break
        return Tried(sum(run.failed for run in own), len(own))

    def _leave_out_lost_tests(self) -> bool:
        """Leave out the tests that ended the process before the last one, and tell whether there are any."""
        lost = {run.nodeid: run.outcome for run in self.runs if run.outcome in (Outcome.CRASHED, Outcome.HUNG)}
        notes = {nodeid: f"{nodeid} {outcome} and was left out" for nodeid, outcome in lost.items()}
        self.lost |= notes
        for note in notes.values():
            self.report_progress(note)
        return bool(lost)
