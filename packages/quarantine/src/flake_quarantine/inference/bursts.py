"""Counts bursts once: failures at one moment are one event when failures cling together more than chance allows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from flake_quarantine.runner.trial_log import Run

SHUFFLES = 200
CLINGING = 0.05  # share of shuffles with as few events as seen, below which failures are taken as bursts


@dataclass(frozen=True)
class Event:
    """Failures that overlap the first of them, with its signature."""

    runs: tuple[Run, ...]


def bursts(failures: Sequence[Run]) -> list[Event]:
    """Group failures that were running when the first of their group ended."""
    waiting = sorted(failures, key=lambda run: run.stop)
    events = []
    while waiting:
        first = waiting[0]
        same = [run for run in waiting if run.start <= first.stop and run.signature == first.signature]
        events.append(Event(tuple(same)))
        waiting = [run for run in waiting if run not in same]
    return events


def count_events(runs: Sequence[Run], seed: int = 0) -> int:
    """How many independent failures there are among the runs of one batch.

    Labels are shuffled over the runs of the batch: if chance alone seldom gives so few groups, failures come in
    bursts and each burst counts once; otherwise each failure counts.
    """
    failures = [run for run in runs if run.failed]
    seen = _groups([(run.start, run.stop) for run in failures])
    if seen == len(failures) or len(failures) == len(runs):
        return len(failures)
    chance = random.Random(seed)  # noqa: S311
    times = [(run.start, run.stop) for run in runs]
    as_few = sum(_groups(chance.sample(times, len(failures))) <= seen for _ in range(SHUFFLES))
    return seen if as_few < CLINGING * SHUFFLES else len(failures)


def _groups(times: Sequence[tuple[float, float]]) -> int:
    """The number of bursts among these intervals, each burst opened by the one that ends first."""
    groups = 0
    waiting = sorted(times, key=lambda time: time[1])
    while waiting:
        end = waiting[0][1]
        waiting = [time for time in waiting if time[0] > end]
        groups += 1
    return groups


def together(runs: Sequence[Run], nodeid: str) -> dict[str, int]:
    """For each other test, in how many of this test's failures it failed at the same moment."""
    failures = [run for run in runs if run.failed]
    own = [run for run in failures if run.nodeid == nodeid]
    counts: dict[str, int] = {}
    for other in {run.nodeid for run in failures} - {nodeid}:
        theirs = [run for run in failures if run.nodeid == other]
        number = sum(any(run.beside(their) for their in theirs) for run in own)
        if number:
            counts[other] = number
    return counts
