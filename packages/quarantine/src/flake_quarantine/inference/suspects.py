"""Ranks the tests whose presence goes with a failure: beside it for load, before it for order; and shared things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flake_quarantine.inference.statistics import benjamini_hochberg, fisher
from flake_quarantine.runner.trial_log import Run


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A test, and how the target did with and without it; `p` is corrected for all tests looked at."""

    nodeid: str
    p: float
    failed_with: int
    runs_with: int
    failed_without: int
    runs_without: int


def rank_beside(runs: Sequence[Run], target: str) -> list[Suspect]:
    """Neighbours whose overlap goes with failures of the target, the likeliest first."""
    own = [run for run in runs if run.nodeid == target and run.counts]
    others = [run for run in runs if run.nodeid != target]
    return _rank([(run.failed, {other.nodeid for other in others if run.beside(other)}) for run in own])


def rank_before(runs: Sequence[Run], target: str) -> list[Suspect]:
    """Tests that ran earlier in the same process and whose having run goes with failures of the target."""
    own = [run for run in runs if run.nodeid == target and run.counts]
    return _rank([(run.failed, set(run.before)) for run in own])


def _rank(observed: Sequence[tuple[bool, set[str]]]) -> list[Suspect]:
    names = sorted(set().union(*(present for _, present in observed)) if observed else set())
    tables = [_table(observed, name) for name in names]
    raw = [fisher(*table) for table in tables]
    suspects = [
        Suspect(
            nodeid=name, p=p, failed_with=table[0], runs_with=table[1], failed_without=table[2], runs_without=table[3]
        )
        for name, table, p in zip(names, tables, benjamini_hochberg(raw), strict=True)
    ]
    order = dict(zip(names, raw, strict=True))
    return sorted(suspects, key=lambda suspect: (order[suspect.nodeid], -suspect.failed_with, suspect.nodeid))


def _table(observed: Iterable[tuple[bool, set[str]]], name: str) -> tuple[int, int, int, int]:
    counts = [0, 0, 0, 0]
    for failed, present in observed:
        at = 0 if name in present else 2
        counts[at] += failed
        counts[at + 1] += 1
    return counts[0], counts[1], counts[2], counts[3]


def shared_things(runs: Sequence[Run], target: str, label: Callable[[str], bool] = bool) -> dict[str, list[str]]:
    """What the target touched and another test touched too, with the names of those; `itself` for its own copies."""
    own: dict[str, int] = {}
    for run in runs:
        if run.nodeid == target:
            for thing in filter(label, run.touched):
                own[thing] = own.get(thing, 0) + 1
    shared: dict[str, list[str]] = {}
    for thing, times in own.items():
        others = sorted({run.nodeid for run in runs if run.nodeid != target and thing in run.touched})
        if others or times > 1:
            shared[thing] = others or ["itself"]
    return shared
