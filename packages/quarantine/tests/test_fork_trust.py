"""What fails in a fork is confirmed by fresh processes before it counts; a test that forks change is run without."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flake_quarantine.campaigns import measurer
from flake_quarantine.campaigns.batch_planner import LONG_START, BatchPlanner
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.fork_trust import ForkTrust
from flake_quarantine.campaigns.measured_test import MeasuredTest
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import RunLoad, Verdict, choose_step
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

NODEID = "test_a.py::test_x"


@dataclass
class ScriptedRunner(PytestRunner):
    """Fails as it is told: alone and under load, in forks and in fresh processes; counts what it was asked for."""

    fails: dict[str, float] = field(default_factory=dict)  # shares of the runs, by arm and kind of process
    made: list[str] = field(default_factory=list)

    def can_fork(self, batch: Batch) -> bool:
        return self.forks is not None

    def run_alone(self, nodeid: str) -> Run:
        return self._make("alone", 0)

    def run_batch(self, batch: Batch) -> list[Run]:
        return [self._make("load", number) for number in range(batch.run_count)]

    def run_serially(self, batch: Batch) -> list[Run]:
        return [replace(run, outcome=Outcome.PASSED) for run in self.run_batch(batch)]

    def _make(self, arm: str, number: int) -> Run:
        name = f"{arm} {'forked' if self.forks else 'fresh'}"
        self.made.append(name)
        share = self.fails.get(name, 0)
        failed = int(share * (number + 1)) > int(share * number)
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        at = float(len(self.made))
        return Run(
            nodeid=NODEID, worker="w", start=at, stop=at + 0.5, outcome=outcome, signature="s", forked=bool(self.forks)
        )


def measure(**fails: float) -> tuple[Measurement, list[str]]:
    """Measure a test that fails so often; also return the kinds of runs that were made."""
    runner = ScriptedRunner(
        Path(), forks=ForkPool(), fails={name.replace("_", " "): rate for name, rate in fails.items()}
    )
    return measure_by(runner, (2, 8)), runner.made


def measure_by(runner: ScriptedRunner, workers: tuple[int, ...]) -> Measurement:
    """Measure the test by a runner, with these numbers of workers."""
    settings = CampaignSettings(workers=workers, finds_suspects=False)
    (found,) = Measurer(Campaign(runner=runner, suite=[NODEID], settings=settings)).measure([NODEID])
    return found


def test_a_third_of_the_first_runs_alone_are_fresh_processes() -> None:
    found, made = measure(load_forked=0.5, load_fresh=0.5)
    alone = [name for name in made if name.startswith("alone")]
    assert found.verdict is Verdict.LOAD_ONLY
    assert alone[:10] == ["alone fresh", "alone forked", "alone forked"] * 3 + ["alone forked"]


def test_a_failure_alone_in_a_fork_counts_only_if_a_fresh_process_shows_it() -> None:
    found, made = measure(alone_forked=1, load_forked=0.5, load_fresh=0.5)
    assert found.verdict is Verdict.LOAD_ONLY
    assert made.count("alone forked") == 1
    assert found.tally.alone_failures == 0
    assert found.tally.alone_runs >= 2 * Limits().min_alone_runs  # it has a second chance, which it must earn
    assert any("failed alone in a fork, and passed in a fresh process" in note for note in found.notes)


def test_a_failure_alone_that_fresh_processes_show_decides() -> None:
    found, made = measure(alone_fresh=1, alone_forked=1)
    assert (found.verdict, set(made)) == (Verdict.BROKEN, {"alone fresh"})
    failing = iter([False, True, True, False, False])

    class Coin(ScriptedRunner):
        def run_alone(self, nodeid: str) -> Run:
            outcome = Outcome.FAILED if next(failing) else Outcome.PASSED
            return replace(super().run_alone(nodeid), outcome=outcome)

    runner = Coin(Path(), forks=ForkPool())
    assert measure_by(runner, (2,)).verdict is Verdict.FLAKY_ALONE
    assert [name for name in runner.made if "alone" in name] == [
        "alone fresh",
        "alone forked",
        "alone fresh",
        "alone fresh",
    ]


def test_a_failure_alone_that_no_fresh_process_can_repeat_is_given_up() -> None:
    class Unrepeated(ScriptedRunner):
        def run_alone(self, nodeid: str) -> Run:
            run = super().run_alone(nodeid)
            assert len(self.made) < 100, "it is repeated for ever"
            if self.forks:
                return replace(run, outcome=Outcome.FAILED)
            return run if len(self.made) == 1 else replace(run, outcome=Outcome.NOT_RUN, text="no process")

    found = measure_by(Unrepeated(Path(), forks=ForkPool()), (2,))
    assert found.verdict is Verdict.UNDECIDED
    assert "no process" in found.notes


def test_failures_that_only_forks_show_under_load_are_counted_again_without_forks() -> None:
    """Such as a port that was chosen when the suite was imported, and that all forks share."""
    found, made = measure(load_forked=1)
    assert found.verdict is Verdict.HEALED
    assert found.tally.load_failures == 0
    assert any("forks gave other results than fresh workers" in note for note in found.notes)
    after = made[len(made) - made[::-1].index("load forked") :]
    assert set(after) == {"load fresh", "alone fresh"}


class RepeatedRunner(ScriptedRunner):
    """Fails whenever one process runs the test twice, and so does a neighbour then; as it is told otherwise."""

    def run_batch(self, batch: Batch) -> list[Run]:
        runs = super().run_batch(batch)
        if batch.once_per_process:
            return runs
        failed = [replace(run, outcome=Outcome.FAILED) for run in runs]
        return [*failed, *(replace(run, nodeid="test_a.py::test_y", worker="v") for run in failed)]

    def run_serially(self, batch: Batch) -> list[Run]:
        return [replace(run, outcome=Outcome.FAILED) for run in super().run_serially(batch)]


def measure_repeated(**fails: float) -> Measurement:
    """Measure a test that fails when one process runs it twice."""
    runner = RepeatedRunner(Path(), forks=ForkPool(), fails={f"load {name}": rate for name, rate in fails.items()})
    found = measure_by(runner, (2, 8))
    assert "it fails when one process runs it twice; each process ran it once" in found.notes
    return found


def test_repeated_runs_of_fresh_workers_say_nothing_of_failures_that_only_forks_show() -> None:
    """Those before each process ran it once."""
    found = measure_repeated(forked=1)
    assert found.verdict is Verdict.HEALED
    assert any("forks gave other results than fresh workers" in note for note in found.notes)


def test_what_failed_while_processes_repeated_the_test_is_forgotten() -> None:
    found = measure_repeated(forked=0.5, fresh=0.5)
    assert (found.verdict, found.joint_failures) == (Verdict.LOAD_ONLY, {})


def test_failures_that_forks_hide_are_counted_without_forks() -> None:
    """Such as an order of a set, which is the same in all forks of one process."""
    found, _ = measure(load_fresh=0.2)
    assert found.verdict is Verdict.LOAD_ONLY
    assert any("forks gave other results than fresh workers" in note for note in found.notes)
    found, _ = measure(load_forked=0.1, load_fresh=1)
    assert (found.verdict, found.notes) == (Verdict.LOAD_ONLY, [])  # both fail, at rates of their own


def test_a_rare_flake_is_taken_for_one_after_two_batches_of_fresh_workers() -> None:
    trust = ForkTrust()
    passed = [Run(nodeid=NODEID, worker="w", start=0, stop=1, outcome=Outcome.PASSED)] * 20
    forked = [replace(run, forked=True) for run in passed]
    for _ in range(2):
        trust.add_batch(0, [replace(forked[0], outcome=Outcome.FAILED), *forked], NODEID)
        assert trust.needs_confirmation()
        trust.add_batch(0, passed, NODEID)
        trust.confirmations += 1
        assert not trust.is_lost()
    assert not trust.needs_confirmation()


@pytest.mark.parametrize(("start", "seconds", "copies"), [(1, 0.1, 10), (LONG_START, 60, 10), (20, 0.1, 110)])
def test_a_batch_whose_workers_start_slowly_has_runs_that_are_worth_it(
    start: float, seconds: float, copies: int
) -> None:
    slow, test = make_planner(seconds)
    slow.start_seconds = {(0, True): start}
    assert slow.count_copies(test, 10, (0, True), Limits()) == copies


def test_how_long_workers_take_to_start_is_known_of_batches_of_their_kind_alone() -> None:
    """Of fresh workers and of forks; at more workers they take no less time."""
    slow, test = make_planner(0.1)
    slow.start_seconds = {(1, True): 20.0, (2, True): 1.0, (1, False): 0.0}
    kinds = [(rung, fresh) for fresh in (True, False) for rung in range(3)]
    assert [slow.count_copies(test, 10, kind, Limits()) for kind in kinds] == [10, 110, 10, 10, 10, 10]
    del slow.start_seconds[2, True]
    assert slow.count_copies(test, 10, (2, True), Limits()) == 110


def make_planner(seconds: float) -> tuple[BatchPlanner, MeasuredTest]:
    """Make a planner, and a test whose longest run took so long."""
    made = BatchPlanner(Campaign(runner=PytestRunner(Path()), suite=[], settings=CampaignSettings()))
    return made, MeasuredTest(measurement=Measurement(nodeid=NODEID, tally=Tally([Rung(2)])), seconds=seconds)


@dataclass
class SlowStart(ScriptedRunner):
    """Fresh workers take twenty seconds to start, and forks one, by a clock of its own."""

    sizes: list[tuple[bool, int]] = field(default_factory=list)  # of batches: whether they are forked, and copies
    clock: list[float] = field(default_factory=lambda: [0.0])

    def run_batch(self, batch: Batch) -> list[Run]:
        self.clock[0] += 1 if self.forks else 20
        self.sizes.append((bool(self.forks), batch.parts[0][NODEID]))
        return [replace(run, start=self.clock[0], stop=self.clock[0] + 0.5) for run in super().run_batch(batch)]


def test_forks_run_no_more_copies_because_fresh_workers_were_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = SlowStart(Path(), forks=ForkPool())
    monkeypatch.setattr(measurer, "time", SimpleNamespace(monotonic=lambda: runner.clock[0]))
    assert measure_by(runner, (2, 8)).verdict is Verdict.HEALED
    assert runner.sizes[:2] == [(False, 10), (True, 16)]
    is_forked, copies = runner.sizes[2]
    assert not is_forked
    assert copies > Limits().batch_sizes[2]  # fresh again, and worth its start


def test_a_first_batch_with_failures_is_repeated_at_its_rung() -> None:
    tally = Tally([Rung(2), Rung(8), Rung(16)])
    steps: list[Any] = []
    for failures in (0, 2):
        tally.add_alone(failed=False)
        steps.append(choose_step(tally, Limits()))
        tally.add_batch(steps[-1].rung, 16, failures, failures)
    tally.add_alone(failed=False)
    steps.append(choose_step(tally, Limits()))
    assert all(isinstance(step, RunLoad) for step in steps)
    assert [step.rung for step in steps] == [0, 1, 1]


def test_runs_alone_are_fresh_after_the_first_failure_and_now_and_then_before() -> None:
    trust = ForkTrust()
    fresh = [trust.needs_fresh_run(Tally([], alone_runs=number)) for number in range(41)]
    assert [number for number, is_fresh in enumerate(fresh) if is_fresh] == [0, 3, 6, 10, 20, 30, 40]
    assert ForkTrust(are_refused=True).needs_fresh_run(Tally([], alone_runs=1))
    assert trust.needs_fresh_run(Tally([], alone_runs=1, alone_failures=1))
