"""A campaign: one project's suite, how to run it, and where outcomes and progress go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.inference.limits import Limits
from flake_quarantine.machine_load import MAX_FOREIGN_LOAD, is_foreign
from flake_quarantine.runner.batches import build_ladder
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Run, list_hung_neighbours


@dataclass(frozen=True, kw_only=True)
class CampaignSettings:
    """How to measure: limits, numbers of workers, noise, and when to stop."""

    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    workers: tuple[int, ...] = field(default_factory=build_ladder)
    noise: Noise = field(default_factory=Noise)
    until: float = float("inf")  # seconds of the monotonic clock, when the campaign ends
    finds_suspects: bool = True
    max_foreign_load: float = MAX_FOREIGN_LOAD  # the share of the processors that others may use during a run

    def is_foreign(self, runs: Sequence[Run]) -> bool:
        """Tell whether these runs, which were made together, were made under load that is not their own."""
        return any(is_foreign(run.load, self.max_foreign_load) for run in runs[:1])


def note_hung_neighbours(
    runs: Sequence[Run], targets: Collection[str], report_progress: Callable[[str], None]
) -> dict[str, str]:
    """Report each neighbour that held up a batch, and return the notes by node id."""
    notes = {
        nodeid: f"the neighbour {nodeid} hung and ended a batch; it was left out of those after it"
        for nodeid in list_hung_neighbours(runs, targets)
    }
    for note in notes.values():
        report_progress(note)
    return notes


def _ignore(_line: str) -> None:
    """Report nothing."""


@dataclass(kw_only=True)
class Campaign:
    """What measuring and hunting work with; `suite` are the node ids that may be neighbours."""

    runner: PytestRunner
    suite: Sequence[str]
    settings: CampaignSettings
    history: History | None = None
    report_progress: Callable[[str], None] = _ignore

    @property
    def limited_runner(self) -> PytestRunner:
        """The runner, which ends what it runs when the time of the settings is up."""
        return replace(self.runner, until=min(self.runner.until, self.settings.until))

    def record(self, arm: str, workers: int, runs: Sequence[Run]) -> None:
        """Append the runs of one batch to the history, if there is one."""
        rows = [
            OutcomeRow(run.nodeid, run.outcome.value, run.seconds, run.signature, run.load)
            for run in runs
            if run.is_outcome
        ]
        if self.history and rows:
            self.history.append(Outcomes(arm, workers, rows))
