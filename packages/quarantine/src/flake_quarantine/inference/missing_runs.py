"""Estimates what an undecided measurement still needs: runs in each arm, and minutes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.statistics import alone_runs_needed, runs_for_bound
from flake_quarantine.inference.tally import Tally


@dataclass(frozen=True, kw_only=True)
class MissingRuns:
    """About how many runs are missing, if these go as those before them did; as text, one phrase."""

    alone: int  # all of them without a failure
    load: int
    fails_under_load: bool  # whether the runs under load are to show more failures, or none
    quiet: bool = False  # whether other programs may use no more than little of the machine meanwhile
    seconds: float | None = None  # what they take; None if no run was made by which to tell

    def __str__(self) -> str:
        minutes = "" if self.seconds is None else f": {_count(max(1, math.ceil(self.seconds / 60)), 'more minute')}"
        quiet = ", while other programs use little of the machine" if self.quiet else ""
        return " and ".join(self._list_parts()) + quiet + minutes

    def _list_parts(self) -> Iterator[str]:
        if self.load:
            expected = "that fail as often" if self.fails_under_load else "without a failure"
            yield f"about {_count(self.load, 'more run')} under load {expected}"
        if self.alone or not self.load:
            yield f"about {_count(max(1, self.alone), 'more run')} alone without a failure"


def find_missing_runs(tally: Tally, limits: Limits) -> MissingRuns:
    """Estimate what is missing for a verdict: `healed` if nothing has failed under load, otherwise `load-only`.

    With few failures, more runs under load may be cheaper than runs alone that make up for them.
    """
    if not tally.load_failures:
        own_load_runs = tally.load_runs - tally.foreign_load_runs
        alone, load = limits.broken_after - tally.alone_runs, limits.healed_runs - own_load_runs
        return _make_missing_runs(tally, alone, load)
    fewest = _count_runs_to_second_batch(tally)
    plans = [_plan(tally, limits, fewest)]
    if tally.load_events < limits.enough_events:
        more = math.ceil((limits.enough_events - tally.load_events) * tally.load_runs / tally.load_events)
        plans.append(_plan(tally, limits, max(fewest, more)))
    return min(plans, key=lambda plan: plan.seconds if plan.seconds is not None else plan.alone + plan.load)


def _plan(tally: Tally, limits: Limits, load: int) -> MissingRuns:
    """Plan so many more runs under load, which fail as often as those before them, and what they need alone."""
    runs = tally.load_runs + load
    events = tally.load_events + tally.load_events * load // tally.load_runs
    needed = max(limits.min_alone_runs, alone_runs_needed(events, runs, limits.threshold))
    return _make_missing_runs(tally, needed - tally.alone_runs, load)


def _make_missing_runs(tally: Tally, alone: int, load: int) -> MissingRuns:
    alone, load = max(0, alone), max(0, load)
    return MissingRuns(
        alone=alone,
        load=load,
        fails_under_load=tally.load_failures > 0,
        quiet=tally.foreign_failures > 0 or (tally.foreign_load_runs > 0 and not tally.load_failures),
        seconds=_estimate_seconds(tally, alone, load),
    )


def _count_runs_to_second_batch(tally: Tally) -> int:
    """Return how many runs show another failure at 95 %, as long as all failures come from a single batch."""
    if tally.failing_batches > 1:
        return 0
    return runs_for_bound(tally.load_events / (tally.load_runs + 1))


def _estimate_seconds(tally: Tally, alone: int, load: int) -> float | None:
    """Estimate by what the runs before took; an arm without any is taken to cost as much as the other one."""
    each_alone = tally.alone_seconds / tally.timed_alone_runs if tally.timed_alone_runs else None
    each_load = tally.load_seconds / tally.load_runs if tally.load_runs else each_alone
    each_alone = each_load if each_alone is None else each_alone
    if each_alone is None or each_load is None or not each_alone + each_load:
        return None
    return alone * each_alone + load * each_load


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
