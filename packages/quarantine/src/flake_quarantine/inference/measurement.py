"""What is known about one test after measuring it, and how verdicts are corrected for being several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from flake_quarantine.inference.statistics import ALPHA, holm
from flake_quarantine.inference.stopping_rule import Tally, Verdict
from flake_quarantine.inference.suspects import Suspect
from flake_quarantine.register import Kind


@dataclass(kw_only=True)
class Measurement:
    """Everything that is known about one test after measuring it."""

    nodeid: str
    tally: Tally
    verdict: Verdict = Verdict.UNDECIDED
    kind: Kind = Kind.UNKNOWN
    more: str = ""
    p: float = 1.0  # corrected over everything that was measured with it
    suspects: list[Suspect] = field(default_factory=list)
    shared: dict[str, list[str]] = field(default_factory=dict)
    signatures: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)
    failing_batch: tuple[int, int, int] | None = None  # workers, copies, seed
    notes: list[str] = field(default_factory=list)


def adjust(measurements: Sequence[Measurement]) -> None:
    """Correct p over everything that was measured together; what no longer holds becomes undecided."""
    for found, p in zip(measurements, holm([found.tally.p for found in measurements]), strict=True):
        found.p = p
        if found.verdict is Verdict.UNDECIDED and found.tally.failing_batches > 1 and p <= ALPHA:
            if not found.tally.alone_failures:
                found.verdict, found.more, found.kind = Verdict.LOAD_ONLY, "", Kind.UNKNOWN
        elif found.verdict is Verdict.LOAD_ONLY and p > ALPHA:
            found.verdict = Verdict.UNDECIDED
