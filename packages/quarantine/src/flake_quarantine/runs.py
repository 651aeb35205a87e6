"""One run of one test: how it ended, when, and what it touched."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from flake_quarantine.machine_load import MachineLoad


class Outcome(enum.StrEnum):
    """How one run of a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CRASHED = "crashed"
    HUNG = "hung"
    NOT_RUN = "not run"  # pytest did not start it, or it ended pytest: nothing was reported


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
    load: MachineLoad | None = None  # while its batch, or the run alone, was made
    forked: bool = False  # whether its process was forked after collecting, and did not collect itself

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
        """Whether this run says anything about the test: one that was skipped or not run does not."""
        return self.outcome not in (Outcome.SKIPPED, Outcome.NOT_RUN)

    @property
    def is_outcome(self) -> bool:
        """Whether the history keeps it: a run that did not take place has no outcome."""
        return self.outcome is not Outcome.NOT_RUN

    def overlaps(self, other: Run) -> bool:
        """Tell whether both ran at the same time, on different workers."""
        return self.worker != other.worker and self.start < other.stop and other.start < self.stop


def list_hung_neighbours(runs: Sequence[Run], targets: Collection[str]) -> list[str]:
    """Return the tests that held up the batch of these runs until it was ended, sorted; its targets are none."""
    return sorted({run.nodeid for run in runs if run.outcome is Outcome.HUNG and run.nodeid not in targets})
