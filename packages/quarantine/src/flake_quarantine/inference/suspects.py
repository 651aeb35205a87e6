"""Ranks the tests whose presence goes with a failure: at the same time for load, earlier for order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flake_quarantine.inference.statistics import benjamini_hochberg, fisher_p_value
from flake_quarantine.runs import Run

ITSELF = "itself"  # stands for copies of the target among those that share something with it

PORTS = ("port ", "socket ")  # how the names of these resources begin

FEW = 4  # a resource that less than this part of the target's runs touched explains nothing

Observation = tuple[bool, set[str]]  # whether the target failed, and the tests that were present


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A test, and how the target did with and without it; `p` is corrected for all tests that were ranked."""

    nodeid: str
    p: float
    failed_with: int
    runs_with: int
    failed_without: int
    runs_without: int


def rank_overlapping(runs: Sequence[Run], target: str) -> list[Suspect]:
    """Rank the tests whose overlap goes with failures of the target, the likeliest first."""
    own = [run for run in runs if run.nodeid == target and run.counts]
    others = [run for run in runs if run.nodeid != target]
    return _rank([(run.failed, {other.nodeid for other in others if run.overlaps(other)}) for run in own])


def rank_earlier(runs: Sequence[Run], target: str) -> list[Suspect]:
    """Rank the tests that ran earlier in the same process, the one that goes with most failures first."""
    own = [run for run in runs if run.nodeid == target and run.counts]
    return _rank([(run.failed, set(run.before)) for run in own])


def list_before_failures(runs: Sequence[Run], target: str) -> list[str]:
    """Return the tests that had run before each failure of the target, in the same process; sorted."""
    earlier = [set(run.before) for run in runs if run.nodeid == target and run.failed]
    return sorted(set.intersection(*earlier) - {target}) if earlier else []


def find_shared_resources(runs: Sequence[Run], target: str) -> dict[str, list[str]]:
    """Return what the target and other tests touched, with the names of those; `ITSELF` for its own copies.

    What most runs of the target touched comes first. What few of them touched is left out: a run also removes what
    an earlier test in its process has left behind, and a port that the system chose may be chosen for another test.
    """
    touching = [run.touched for run in runs if run.nodeid == target and run.touched]
    own = Counter(resource for touched in touching for resource in touched)
    shared: dict[str, list[str]] = {}
    for resource, times in own.most_common():
        others = sorted({run.nodeid for run in runs if run.nodeid != target and resource in run.touched})
        if times * FEW >= len(touching) and (others or times > 1):
            shared[resource] = others or [ITSELF]
    return shared


def list_port_holders(shared: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the tests that hold a port or a socket of the target, of what `find_shared_resources` returned."""
    return {name for resource, names in shared.items() if resource.startswith(PORTS) for name in names} - {ITSELF}


def _rank(observations: Sequence[Observation]) -> list[Suspect]:
    """Test each name by Fisher's p of its 2 × 2 table; Benjamini and Hochberg correct for their number."""
    names = sorted(set().union(*(present for _, present in observations)) if observations else set())
    tables = [_count_table(observations, name) for name in names]
    raw = [fisher_p_value(*table) for table in tables]
    suspects = [
        Suspect(
            nodeid=name, p=p, failed_with=table[0], runs_with=table[1], failed_without=table[2], runs_without=table[3]
        )
        for name, table, p in zip(names, tables, benjamini_hochberg(raw), strict=True)
    ]
    order = dict(zip(names, raw, strict=True))
    return sorted(suspects, key=lambda suspect: (order[suspect.nodeid], -suspect.failed_with, suspect.nodeid))


def _count_table(observations: Iterable[Observation], name: str) -> tuple[int, int, int, int]:
    """Count failures and runs with `name`, then failures and runs without it."""
    counts = [0, 0, 0, 0]
    for failed, present in observations:
        at = 0 if name in present else 2
        counts[at] += failed
        counts[at + 1] += 1
    return counts[0], counts[1], counts[2], counts[3]
