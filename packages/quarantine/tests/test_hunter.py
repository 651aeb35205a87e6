"""How a hunt spends its time, with a runner whose tests behave as they are told."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.hunter import ALONE_RUNS, Hunter, HuntResult
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

SUITE = [f"a.py::fine{number}" for number in range(20)]
BATCH_PAUSE = 0.01


@dataclass
class ScriptedRunner(PytestRunner):
    """Runs nothing: `fails` tells, of a node id, whether it is alone and how many batches there were, if it fails."""

    fails: Callable[[str, bool, int], bool] = lambda nodeid, alone, batches: False
    runs: Counter[tuple[str, bool]] = field(default_factory=Counter)
    batches: Counter[str] = field(default_factory=Counter)

    def run_alone(self, nodeid: str) -> Run:
        """Return one run."""
        return self._make_run(nodeid, alone=True)

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the runs of the batch."""
        time.sleep(BATCH_PAUSE)
        self.batches["load"] += 1
        return [
            self._make_run(nodeid, alone=False) for part in batch.parts for nodeid, n in part.items() for _ in range(n)
        ]

    def run_serially(self, batch: Batch) -> list[Run]:
        """Return no runs."""
        return []

    def _make_run(self, nodeid: str, *, alone: bool) -> Run:
        self.runs[nodeid, alone] += 1
        failed = self.fails(nodeid, alone, self.batches["load"])
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        return Run(nodeid=nodeid, worker="gw0", start=0, stop=0.1, outcome=outcome, signature="s", text="E boom")


def hunt(runner: ScriptedRunner, suite: list[str], seconds: float = 1.0) -> HuntResult:
    settings = CampaignSettings(workers=(2, 4), finds_suspects=False)
    return Hunter(Campaign(runner=runner, suite=suite, settings=settings)).hunt(seconds)


def test_what_always_fails_is_decided_by_two_runs_alone_and_the_flake_is_measured() -> None:
    broken = [f"b.py::broken{number}" for number in range(18)]
    runner = ScriptedRunner(
        Path(), fails=lambda nodeid, alone, _: "broken" in nodeid or ("flaky" in nodeid and not alone)
    )
    result = hunt(runner, [*broken, "c.py::flaky", *SUITE], seconds=3)
    verdicts = {one.nodeid: one.verdict for one in result.candidates}
    assert {verdicts[nodeid] for nodeid in broken} == {Verdict.BROKEN}
    assert all(runner.runs[nodeid, True] == ALONE_RUNS for nodeid in broken)
    assert verdicts["c.py::flaky"] is Verdict.LOAD_ONLY
    assert not result.unmeasured


def test_a_test_that_fails_alone_once_is_flaky_alone() -> None:
    times: Counter[str] = Counter()

    def fails(nodeid: str, alone: bool, _batches: int) -> bool:
        times[nodeid] += alone
        return nodeid == "c.py::coin" and (not alone or times[nodeid] == 1)

    result = hunt(ScriptedRunner(Path(), fails=fails), ["c.py::coin", *SUITE])
    assert [(one.nodeid, one.verdict) for one in result.candidates] == [("c.py::coin", Verdict.FLAKY_ALONE)]


def test_while_nothing_fails_the_search_goes_on_to_the_end() -> None:
    begin = time.monotonic()
    result = hunt(ScriptedRunner(Path()), SUITE)
    assert time.monotonic() - begin >= 1.0
    assert result.seconds >= 1.0
    assert not result.candidates


def test_what_fails_late_is_found_and_measured_too() -> None:
    begin = time.monotonic()

    def fails(nodeid: str, alone: bool, _batches: int) -> bool:
        return nodeid == SUITE[0] and not alone and time.monotonic() > begin + 1.0

    result = hunt(ScriptedRunner(Path(), fails=fails), SUITE, seconds=1.5)
    assert [one.nodeid for one in result.candidates] + result.unmeasured == [SUITE[0]]


def test_a_shard_is_hunted_and_the_whole_suite_may_be_its_neighbours() -> None:
    runner = ScriptedRunner(Path())
    settings = CampaignSettings(workers=(2,), finds_suspects=False)
    campaign = Campaign(runner=runner, suite=SUITE, settings=settings)
    result = Hunter(campaign, SUITE[:5]).hunt(0.2)
    assert {nodeid for nodeid, _ in runner.runs} == set(SUITE[:5])
    assert result.tests == 5
