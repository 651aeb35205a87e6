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
CLEAR = ALPHA / 5  # for two rates that are both above zero


@dataclass
class ForkTrust:
    """What is known of one test in forks: whether they are refused, and what fresh workers have said to them."""

    are_refused: bool = False
    failed_alone: bool = False  # in a fork, and not in a fresh process after it
    confirmations: int = 0
    is_confirmed: bool = False
    forked: Tried = field(default_factory=Tried)
    fresh: Tried = field(default_factory=Tried)

    def needs_fresh_run(self, tally: Tally) -> bool:
        """Tell whether the next run alone is to be a fresh process: a third of the first ten, then a tenth.

        After a failure alone all of them are, since these decide what the test is not quarantined for.
        """
        made = tally.alone_runs + tally.foreign_uncounted
        step = EARLY_STEP if made < EARLY_RUNS else LATE_STEP
        return self.are_refused or tally.alone_failures > 0 or tally.foreign_failures > 0 or made % step == 0

    def needs_confirmation(self, runs: Sequence[Run], nodeid: str) -> bool:
        """Tell whether these runs in forks have failures that fresh workers are still to show."""
        failed = any(run.failed for run in runs if run.nodeid == nodeid)
        return failed and not (self.are_refused or self.is_confirmed or self.confirmations >= MAX_CONFIRMATIONS)

    def compare(self, forked: Sequence[Run], fresh: Sequence[Run], nodeid: str) -> bool:
        """Add a batch in forks and the same one in fresh workers, and tell whether they clearly differ."""
        self.confirmations += 1
        self.forked, self.fresh = self.forked.merge(_count(forked, nodeid)), self.fresh.merge(_count(fresh, nodeid))
        if not self.fresh.failures:
            return self.forked.compare(self.fresh) <= ALPHA
        self.is_confirmed = True
        return min(self.forked.compare(self.fresh), self.fresh.compare(self.forked)) <= CLEAR

    def tighten(self, limits: Limits) -> Limits:
        """Return the limits for a test that has a second chance: twice the runs alone, and half the p."""
        if not self.failed_alone:
            return limits
        return replace(limits, threshold=limits.threshold / 2, min_alone_runs=limits.min_alone_runs * 2)


def _count(runs: Sequence[Run], nodeid: str) -> Tried:
    own = [run for run in runs if run.nodeid == nodeid and run.counts]
    return Tried(sum(run.failed for run in own), len(own))
