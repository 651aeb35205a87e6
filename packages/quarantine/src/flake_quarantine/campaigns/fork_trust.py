"""Decides whether runs in forks of one pytest process may stand for runs in fresh ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.bisection import Tried
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.statistics import ALPHA
from flake_quarantine.inference.tally import Tally
from flake_quarantine.runs import Run

# Forks have one order of sets and hashes and one state after collecting; a coin that hangs on these shows in few runs.
EARLY_RUNS, EARLY_STEP, LATE_STEP = 9, 3, 10
MAX_CONFIRMATIONS = 2  # batches in fresh workers, before a rare flake is taken for one


@dataclass
class ForkTrust:
    """What is known of one test in forks: whether they are refused, and what fresh workers have said to them."""

    are_refused: bool = False
    failed_alone: bool = False  # in a fork, and not in a fresh process after it
    confirmations: int = 0
    counts: dict[tuple[int, bool], Tried] = field(default_factory=dict)  # under load, by rung and whether forked

    def needs_fresh_run(self, tally: Tally) -> bool:
        """Tell whether the next run alone is to be a fresh process: a third of the first ten, then a tenth.

        After a failure alone all of them are, since these decide what the test is not quarantined for.
        """
        made = tally.alone_runs + tally.foreign_uncounted
        step = EARLY_STEP if made < EARLY_RUNS else LATE_STEP
        return self.are_refused or tally.alone_failures > 0 or tally.foreign_failures > 0 or made % step == 0

    def needs_fresh_batch(self, rung: int, tally: Tally) -> bool:
        """Tell whether the next batch is one of fresh workers: forks may hide failures, and few workers start soon."""
        return self.are_refused or (rung == 0 and not tally.load_failures)

    def needs_confirmation(self) -> bool:
        """Tell whether forks have failed under load, and fresh workers are still to show it."""
        if self.are_refused or self.confirmations >= MAX_CONFIRMATIONS or self._count_failures(forked=False):
            return False
        return self._count_failures(forked=True) > 0

    def add_batch(self, rung: int, runs: Sequence[Run], nodeid: str) -> None:
        """Count the runs of a batch."""
        own = [run for run in runs if run.nodeid == nodeid and run.counts]
        if own:
            key = rung, own[0].forked
            self.counts[key] = self.counts.get(key, Tried()).merge(Tried(sum(run.failed for run in own), len(own)))

    def forget_batches(self) -> None:
        """Count batches from zero, as those before ran the test in another way."""
        self.counts.clear()
        self.confirmations = 0

    def is_lost(self) -> bool:
        """Tell whether forks and fresh workers clearly differ, at any number of workers at which both ran."""
        rungs = {rung for rung, forked in self.counts if forked and (rung, False) in self.counts}
        return not self.are_refused and any(self._differ(rung) for rung in rungs)

    def _differ(self, rung: int) -> bool:
        """Tell whether only one of both fails; two rates may differ, as workers share out tests in other ways."""
        forked, fresh = self.counts[rung, True], self.counts[rung, False]
        if forked.failures and fresh.failures:
            return False
        return min(forked.compare(fresh), fresh.compare(forked)) <= ALPHA

    def _count_failures(self, *, forked: bool) -> int:
        return sum(tried.failures for (_, was_forked), tried in self.counts.items() if was_forked is forked)

    def tighten(self, limits: Limits) -> Limits:
        """Return the limits for a test that has a second chance: twice the runs alone, and half the p."""
        if not self.failed_alone:
            return limits
        return replace(limits, threshold=limits.threshold / 2, min_alone_runs=limits.min_alone_runs * 2)
