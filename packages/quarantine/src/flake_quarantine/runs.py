"""One run of one test: how it ended, when, and what it touched."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Outcome(enum.StrEnum):
    """How one run of a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CRASHED = "crashed"
    HUNG = "hung"


FAILURES = frozenset({Outcome.FAILED, Outcome.CRASHED, Outcome.HUNG})


@dataclass(kw_only=True)
class Run:
    """One run of one test.

    `start` and `stop` are seconds of the machine's monotonic clock, which all processes share. `touched` holds the
    resources that an audit hook saw, such as `port 5000`; `before` the tests that ran earlier in the same process.
    """

    nodeid: str
    worker: str
    start: float
    stop: float = float("inf")
    outcome: Outcome = Outcome.CRASHED
    signature: str = ""
    text: str = ""
    touched: tuple[str, ...] = ()
    before: tuple[str, ...] = field(default=(), repr=False)

    @property
    def failed(self) -> bool:
        """Whether this run counts as a failure."""
        return self.outcome in FAILURES

    @property
    def seconds(self) -> float:
        """How long it took; 0 if it never ended."""
        return 0.0 if self.stop == float("inf") else self.stop - self.start

    @property
    def counts(self) -> bool:
        """Whether this run says anything about the test: a skipped one does not."""
        return self.outcome is not Outcome.SKIPPED

    def overlaps(self, other: Run) -> bool:
        """Tell whether both ran at the same time, on different workers."""
        return self.worker != other.worker and self.start < other.stop and other.start < self.stop
