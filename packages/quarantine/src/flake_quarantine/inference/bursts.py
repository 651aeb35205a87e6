"""Counts bursts: failures at one moment count once when failures cluster more than chance allows."""

from __future__ import annotations

import random
from collections.abc import Sequence

from flake_quarantine.inference.causes import is_collision
from flake_quarantine.runs import Run

SHUFFLES = 200
CLUSTERED = 0.05  # share of shuffles with as few bursts as seen, below which failures are taken as clustered

Interval = tuple[float, float]  # start and stop, seconds of the monotonic clock


def count_events(runs: Sequence[Run], seed: int = 0) -> int:
    """Count the independent failures among the runs of one batch.

    A permutation test: the failures are dealt over the runs 200 times by chance. If fewer than 5 % of these shuffles
    have as few bursts as were seen, each burst counts once; otherwise each failure counts. A failure that names a
    collision, such as a port in use, always counts: tests that meet at one thing fail together because of it.
    """
    others = [run for run in runs if not (run.failed and is_collision(run.signature))]
    return len(runs) - len(others) + _count_clustered_events(others, seed)


def _count_clustered_events(runs: Sequence[Run], seed: int) -> int:
    """Count bursts if failures cluster more than chance allows, otherwise failures."""
    failures = [run for run in runs if run.failed]
    seen = count_bursts([_to_interval(run) for run in failures])
    if seen == len(failures) or len(failures) == len(runs):
        return len(failures)
    chance = random.Random(seed)  # noqa: S311
    intervals = [_to_interval(run) for run in runs]
    as_few = sum(count_bursts(chance.sample(intervals, len(failures))) <= seen for _ in range(SHUFFLES))
    return seen if as_few < CLUSTERED * SHUFFLES else len(failures)


def count_bursts(intervals: Sequence[Interval]) -> int:
    """Count the bursts among failures: one is all that had begun when the first of them ended."""
    bursts = 0
    waiting = sorted(intervals, key=lambda interval: interval[1])
    while waiting:
        end = waiting[0][1]
        waiting = [interval for interval in waiting if interval[0] > end]
        bursts += 1
    return bursts


def count_joint_failures(runs: Sequence[Run], nodeid: str) -> dict[str, int]:
    """Count, for each other test, the failures of `nodeid` during which that test failed too; without zeros."""
    failures = [run for run in runs if run.failed]
    own = [run for run in failures if run.nodeid == nodeid]
    counts: dict[str, int] = {}
    for other in {run.nodeid for run in failures} - {nodeid}:
        theirs = [run for run in failures if run.nodeid == other]
        number = sum(any(run.overlaps(their) for their in theirs) for run in own)
        if number:
            counts[other] = number
    return counts


def _to_interval(run: Run) -> Interval:
    return run.start, run.stop
