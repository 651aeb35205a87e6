"""What is known of one test while it is measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake_quarantine.campaigns.fork_trust import ForkTrust
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.runs import Run


@dataclass(kw_only=True)
class MeasuredTest:
    """One test while it is measured."""

    measurement: Measurement
    once_per_process: bool = False  # it fails when a process runs it twice
    is_order_probed: bool = False
    earlier: tuple[str, ...] = ()  # the tests after which it fails in one process, if it does
    seconds: float = 0.0  # the longest run
    forks: ForkTrust = field(default_factory=ForkTrust)
    runs: list[Run] = field(default_factory=list)  # under load

    @property
    def nodeid(self) -> str:
        """The node id."""
        return self.measurement.nodeid

    def forget_load(self) -> None:
        """Forget what is known of runs under load, but for their counts in the tally."""
        self.runs, self.measurement.failing_batch = [], None
        self.is_order_probed, self.earlier = False, ()
        self.measurement.signatures.clear()
        self.measurement.joint_failures.clear()
        self.forks.forget_batches()


Copies = tuple[MeasuredTest, int]  # a test, and how many runs of it are wanted
