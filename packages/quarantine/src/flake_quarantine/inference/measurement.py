"""What is known about one test after measuring it, and how verdicts of several tests are corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from flake_quarantine.inference.causes import SPEED, Cause, blame_culprits, blame_order, find_cause
from flake_quarantine.inference.limits import MIN_ALONE_RUNS, Limits
from flake_quarantine.inference.missing_runs import find_missing_runs
from flake_quarantine.inference.statistics import ALPHA, holm
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.suspects import ITSELF, Suspect
from flake_quarantine.inference.tally import Tally
from flake_quarantine.register import Kind


class BatchToRepeat(NamedTuple):
    """How to repeat the first batch in which a test failed."""

    workers: int
    copies: int
    seed: int


@dataclass(kw_only=True)
class Measurement:
    """Everything that is known about one test after measuring it; `hint` says what is missing or what to do."""

    nodeid: str
    tally: Tally
    verdict: Verdict = Verdict.UNDECIDED
    kind: Kind = Kind.UNKNOWN
    hint: str = ""
    p: float = 1.0  # corrected over everything that was measured with it
    suspects: list[Suspect] = field(default_factory=list)
    shared_resources: dict[str, list[str]] = field(default_factory=dict)
    signatures: Counter[str] = field(default_factory=Counter)
    joint_failures: Counter[str] = field(default_factory=Counter)
    failing_batch: BatchToRepeat | None = None
    fails_under_any_load: bool = False  # as often under plain CPU load as among other tests
    needs_itself: bool = False  # it never fails under load while no copy of itself runs
    notes: list[str] = field(default_factory=list)
    pytest_options: tuple[str, ...] = ()  # with which it was measured, and is to be repeated

    @property
    def cause(self) -> Cause | None:
        """What the failures name, or the test shares with what makes it fail.

        Where it never failed, or failed alone, load has no cause.
        """
        if not self.tally.load_failures or self.tally.alone_failures:
            return None
        if self.kind is Kind.ORDER and self.clear_suspects:
            return blame_order([suspect.nodeid for suspect in self.clear_suspects], self.shared_resources)
        signatures = [signature for signature, _ in self.signatures.most_common()]
        named = find_cause(self.shared_resources, signatures)
        return named or (SPEED if self.fails_under_any_load else blame_culprits(self._culprits, self.shared_resources))

    @property
    def _culprits(self) -> set[str]:
        """What makes it fail at the same time: the clear suspects, and itself."""
        return {suspect.nodeid for suspect in self.clear_suspects} | ({ITSELF} if self.needs_itself else set())

    @property
    def clear_suspects(self) -> list[Suspect]:
        """The suspects that explain the failures, the likeliest first.

        An order is proved by runs in one process: there, what ran before every failure explains it without a small p,
        and better than what often ran before.
        """
        always = [suspect for suspect in self.suspects if suspect.failed_with and not suspect.failed_without]
        if self.kind is Kind.ORDER and always:
            return always
        return [suspect for suspect in self.suspects if suspect.p <= ALPHA]


def correct_p_values(measurements: Sequence[Measurement]) -> None:
    """Correct p, by Holm, over everything that was measured together, and the verdicts that depend on it.

    A `load-only` whose corrected p is above 0.05 becomes undecided. An undecided test at or below it becomes
    `load-only` if it failed in two batches, and never in ten runs alone or more.
    """
    limits = Limits(threshold=ALPHA / max(1, len(measurements)))
    adjusted = holm([measurement.tally.p for measurement in measurements])
    for measurement, p in zip(measurements, adjusted, strict=True):
        measurement.p = p
        tally = measurement.tally
        passes_alone = not tally.alone_failures and tally.alone_runs >= MIN_ALONE_RUNS
        if measurement.verdict is Verdict.UNDECIDED and passes_alone and tally.failing_batches > 1 and p <= ALPHA:
            measurement.verdict, measurement.hint, measurement.kind = Verdict.LOAD_ONLY, "", Kind.UNKNOWN
        elif measurement.verdict is Verdict.LOAD_ONLY and p > ALPHA:
            measurement.verdict, measurement.hint = Verdict.UNDECIDED, str(find_missing_runs(tally, limits))
