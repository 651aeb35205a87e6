"""What measuring and hunting work with: a lab, the suite, the settings, and where outcomes and progress go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flake_quarantine.history import History, Outcomes
from flake_quarantine.inference.stopping_rule import Limits
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import Lab, ladder
from flake_quarantine.runner.trial_log import Run


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to measure."""

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    workers: tuple[int, ...] = field(default_factory=ladder)
    noise: Noise = field(default_factory=Noise)
    until: float = float("inf")  # monotonic time after which no further step is begun
    culprits: bool = True


def _silent(_line: str) -> None:
    """Say nothing."""


@dataclass(kw_only=True)
class Workbench:
    """One project's tests, and how they are looked at."""

    lab: Lab
    suite: Sequence[str]
    settings: Settings
    history: History | None = None
    say: Callable[[str], None] = _silent

    def keep(self, arm: str, workers: int, runs: Sequence[Run]) -> None:
        """Append the runs of one batch to the history, if there is one."""
        if self.history and runs:
            rows = [(run.nodeid, run.outcome.value, run.seconds, run.signature) for run in runs]
            self.history.append(Outcomes(arm, workers, rows))
