"""A test that fails after another one is measured next to that one, at so few workers that they meet in one process."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from flake_quarantine.campaigns import serial_probes
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.suspects import list_before_failures
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

TARGET, CULPRIT = "a.py::target", "a.py::bad"
SUITE = [TARGET, CULPRIT, *(f"a.py::t{number}" for number in range(30))]


@dataclass
class QueueRunner(PytestRunner):
    """Runs nothing: workers take tests from one queue in turns, and the target fails in some of them."""

    needs_culprit: bool = True
    rate: float = 1.0  # of failures, where it may fail
    batches: list[tuple[Batch, bool]] = field(default_factory=list)  # and whether the target failed in them

    def run_alone(self, nodeid: str) -> Run:
        return Run(nodeid=nodeid, worker="alone", start=0, stop=1, outcome=Outcome.PASSED)

    def run_batch(self, batch: Batch) -> list[Run]:
        runs = self._share_out(batch, batch.workers)
        self.batches.append((batch, any(run.failed for run in runs)))
        return runs

    def run_serially(self, batch: Batch) -> list[Run]:
        return self._share_out(batch, 1)

    def _share_out(self, batch: Batch, workers: int) -> list[Run]:
        chance = random.Random(batch.seed)  # noqa: S311
        queue = []
        for part in batch.parts:
            names = list(Counter(part).elements())
            chance.shuffle(names)
            queue += names
        before: dict[int, list[str]] = {number: [] for number in range(workers)}
        runs = []
        for at, nodeid in enumerate(queue):
            ran = before[at % workers]
            may_fail = nodeid == TARGET and (CULPRIT in ran if self.needs_culprit else workers > 1)
            outcome = Outcome.FAILED if may_fail and chance.random() < self.rate else Outcome.PASSED
            moment = float(at // workers)
            worker = f"gw{at % workers}"
            run = Run(nodeid=nodeid, worker=worker, start=moment, stop=moment + 0.5, outcome=outcome, before=tuple(ran))
            runs.append(run)
            ran.append(nodeid)
        return runs


def measure(runner: QueueRunner, seed: int) -> tuple[Verdict, int, int]:
    """Return the verdict, and the runs alone and under load that it took."""
    settings = CampaignSettings(seed=seed, workers=(2, 8, 16), finds_suspects=False)
    (found,) = Measurer(Campaign(runner=runner, suite=SUITE, settings=settings)).measure([TARGET])
    return found.verdict, found.tally.alone_runs, found.tally.load_runs


def test_an_order_is_clear_after_fewer_runs_because_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    probed = [measure(QueueRunner(Path()), seed) for seed in range(10)]
    monkeypatch.setattr(serial_probes, "MAX_EARLIER", 0)
    unprobed = [measure(QueueRunner(Path()), seed) for seed in range(10)]
    assert {verdict for verdict, _, _ in probed} == {Verdict.LOAD_ONLY}
    assert sum(alone for _, alone, _ in probed) < 0.7 * sum(alone for _, alone, _ in unprobed)
    assert sum(load for _, _, load in probed) < 0.7 * sum(load for _, _, load in unprobed)


def test_after_the_order_is_known_the_batches_have_few_workers_and_its_tests() -> None:
    runner = QueueRunner(Path())
    measure(runner, 3)
    first = [has_failed for _, has_failed in runner.batches].index(True)
    later = [batch for batch, _ in runner.batches[first + 1 :]]
    assert later
    assert {batch.workers for batch in later} == {2}
    assert all(CULPRIT in batch.parts[0] for batch in later)


def test_batches_with_other_neighbours_say_nothing_against_forks() -> None:
    """Fresh workers may have passed next to others, before forks fail next to the tests that matter."""

    class Forking(QueueRunner):
        def run_batch(self, batch: Batch) -> list[Run]:
            return [replace(run, forked=self.forks is not None) for run in super().run_batch(batch)]

        def can_fork(self, batch: Batch) -> bool:
            return self.forks is not None

    settings = CampaignSettings(workers=(2, 8, 16), finds_suspects=False)
    for seed in range(10):
        campaign = Campaign(
            runner=Forking(Path(), forks=ForkPool()), suite=SUITE, settings=replace(settings, seed=seed)
        )
        (found,) = Measurer(campaign).measure([TARGET])
        assert (found.verdict, found.notes) == (Verdict.LOAD_ONLY, [])


def test_what_fails_in_no_single_process_is_measured_next_to_changing_neighbours() -> None:
    runner = QueueRunner(Path(), needs_culprit=False, rate=0.3)
    assert measure(runner, 1)[0] is Verdict.LOAD_ONLY
    assert len({tuple(sorted(batch.parts[0])) for batch, _ in runner.batches}) > 1


def test_only_what_ran_before_each_failure_may_explain_them() -> None:
    def make_run(*before: str, outcome: Outcome = Outcome.FAILED) -> Run:
        return Run(nodeid=TARGET, worker="gw0", start=0, stop=1, outcome=outcome, before=before)

    runs = [make_run("c", "b", TARGET), make_run("b", "c", "d"), make_run("x", outcome=Outcome.PASSED)]
    assert list_before_failures(runs, TARGET) == ["b", "c"]
    assert list_before_failures([*runs, make_run()], TARGET) == []
    assert list_before_failures([], TARGET) == []
