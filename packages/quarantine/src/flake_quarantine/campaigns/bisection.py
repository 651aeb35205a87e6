"""What bisections of neighbours and of orders have in common: counts, narrowing a set, and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flake_quarantine.inference.statistics import ALPHA, fisher_p_value
from flake_quarantine.register import Kind
from flake_quarantine.runs import Run

MAX_NAMED = 3  # shared things in a conclusion; the answer lists all below it


@dataclass(kw_only=True)
class BisectionResult:
    """What bisecting found; `neighbours` ran at the same time as the test, or before it if the kind is order."""

    nodeid: str
    conclusion: str
    kind: Kind = Kind.UNKNOWN
    neighbours: list[str] = field(default_factory=list)
    failures: int = 0
    runs: int = 0
    batches: int = 0
    notes: list[str] = field(default_factory=list)
    shared: dict[str, list[str]] = field(default_factory=dict)  # what the test touches, and who else does


class Tried(NamedTuple):
    """What became of the test with one set of neighbours."""

    failures: int = 0
    runs: int = 0
    collisions: tuple[str, ...] = ()  # the signatures of failures that name a shared thing

    def merge(self, other: Tried) -> Tried:
        """Return the counts of both."""
        return Tried(self.failures + other.failures, self.runs + other.runs, self.collisions + other.collisions)

    def compare(self, other: Tried) -> float:
        """Return Fisher's p for more failures than in the other."""
        return fisher_p_value(self.failures, self.runs, other.failures, other.runs)

    def is_worse_than(self, other: Tried) -> bool:
        """Tell whether it failed more often than in the other, where any failure is more than none."""
        return self.compare(other) <= ALPHA if other.failures else self.failures > 0


def count_failures(runs: Sequence[Run], nodeid: str) -> Tried:
    """Count the runs of a test that say anything, and those of them that failed."""
    own = [run for run in runs if run.nodeid == nodeid and run.counts]
    return Tried(sum(run.failed for run in own), len(own))


def narrow(names: Sequence[str], fails: Callable[[list[str]], bool]) -> list[str]:
    """Drop parts while the rest still fails, and keep the order of the rest.

    Delta debugging (Zeller and Hildebrandt, IEEE TSE 28, 2002). It ends soon once `fails` says no to everything.
    """
    left, parts = list(names), 2
    while len(left) > 1:
        size = -(-len(left) // parts)
        smaller = next(filter(fails, _list_parts(left, size)), None)
        if smaller is not None:
            parts = max(2, min(len(smaller), parts - 1 if len(smaller) > size else 2))
            left = smaller
        elif parts >= len(left):
            break
        else:
            parts = min(len(left), parts * 2)
    return left


def describe_shared(shared: Mapping[str, Sequence[str]], names: Sequence[str]) -> str:
    """Return what the test shares with these, as the end of a conclusion."""
    common = [resource for resource, holders in shared.items() if set(holders) & set(names)]
    return f"; it shares {', '.join(common[:MAX_NAMED])} with them" if common else ""


def _list_parts(names: Sequence[str], size: int) -> list[list[str]]:
    """Return the names in parts of this size, then, if these are more than halves, all names without each part."""
    parts = [list(names[start : start + size]) for start in range(0, len(names), size)]
    rests = [[name for name in names if name not in part] for part in parts] if len(parts) > 2 else []
    return parts + rests
