"""Load that is not a run's own: it is measured, a failure alone under it is repeated, and it proves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.hunter import Hunter
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.cli.render import format_measurements, serialize_measurement
from flake_quarantine.history import History
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import RunAlone, Stop, Verdict, choose_step, stop_at_time_limit
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.machine_load import MAX_FOREIGN_LOAD, MachineLoad, is_foreign
from flake_quarantine.pytest_plugin.failed_tests import FailedTest
from flake_quarantine.runner.batches import Batch, count_cores
from flake_quarantine.runner.load_reader import ProcessorTimes, compare_times, read_processor_times, wait_until_quiet
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run

TARGET = "a.py::target"
QUIET = MachineLoad(average=0.4, steal=0.0, own=0.4, others=0.1)
BUSY = MachineLoad(average=7.5, steal=0.1, own=0.1, others=0.7)
BURN = "while True: pass"


def test_the_load_of_a_run_is_what_all_programs_used_less_its_own() -> None:
    cores = count_cores()
    before = ProcessorTimes(at=100.0, average=1.5, busy=50.0, steal=3.0, own=7.0)
    after = ProcessorTimes(at=110.0, average=2.0, busy=50.0 + 6 * cores, steal=3.0 + cores, own=7.0 + 2 * cores)
    load = compare_times(before, after)
    assert load is not None
    assert load == pytest.approx((1.5, 0.1, 0.2, 0.4))
    assert load.foreign == pytest.approx(0.5)
    assert load.describe() == "while other programs used 50 % of the processors"
    killed = compare_times(before, after, uncounted_seconds=cores)
    assert killed == pytest.approx((1.5, 0.1, 0.3, 0.3))


def test_what_is_not_known_is_not_foreign() -> None:
    times = ProcessorTimes(at=1.0, average=0, busy=0, steal=0, own=0)
    assert [compare_times(None, times), compare_times(times, None), compare_times(times, times)] == [None] * 3
    assert not is_foreign(None)
    assert is_foreign(BUSY)
    assert not is_foreign(QUIET)
    assert not is_foreign(BUSY, 1)


@pytest.mark.parametrize(
    ("others", "seconds", "waited"),
    [([0.9, 0.9, 0.1], 60, 3), ([0.1], 60, 1), ([0.9] * 9, 4, 4), ([None], 60, 0), ([0.9], 0, 0)],
)
def test_a_repeated_run_waits_for_a_quiet_second(others: list[float | None], seconds: float, waited: float) -> None:
    cores, slept = count_cores(), list[float]()

    def read_times() -> ProcessorTimes | None:
        at = len(slept)
        if None in others:
            return None
        busy = sum(share or 0 for share in others[:at]) * cores
        return ProcessorTimes(at=at, average=1, busy=busy, steal=0, own=0)

    assert wait_until_quiet(read_times, MAX_FOREIGN_LOAD, seconds, slept.append) == waited
    assert slept == [1] * int(waited)


@dataclass
class LoadedRunner(PytestRunner):
    """Runs nothing: each run alone has the next outcome and load of `alone`; under load, all pass or fail."""

    alone: Iterator[tuple[bool, MachineLoad | None]] = field(default_factory=lambda: iter(()))
    fails_under_load: bool = False
    batch_load: MachineLoad | None = QUIET
    made: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # how long it might have waited

    def wait_until_quiet(self, most: float, seconds: float) -> float:
        """Wait for fifty seconds, of those that are left, without letting them pass."""
        self.waits.append(seconds)
        return min(seconds, 50)

    def run_alone(self, nodeid: str) -> Run:
        """Return the next run."""
        failed, load = next(self.alone, (False, QUIET))
        self.made.append("alone")
        return _make_run(nodeid, failed, load)

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return the runs of the target."""
        self.made.append("load")
        return [_make_run(TARGET, self.fails_under_load, self.batch_load)] * sum(part[TARGET] for part in batch.parts)

    def run_serially(self, batch: Batch) -> list[Run]:
        """Return no runs."""
        return []


def _make_run(nodeid: str, failed: bool, load: MachineLoad | None) -> Run:
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    return Run(nodeid=nodeid, worker="gw0", start=0, stop=0.1, outcome=outcome, signature="s", text="E boom", load=load)


def measure(runner: LoadedRunner, **settings: Any) -> Measurement:
    campaign = Campaign(
        runner=runner, suite=[TARGET], settings=CampaignSettings(workers=(2,), finds_suspects=False, **settings)
    )
    (found,) = Measurer(campaign).measure([TARGET])
    return found


FAILS, PASSES = (True, BUSY), (False, BUSY)


def test_a_failure_alone_under_foreign_load_is_repeated_and_says_so() -> None:
    runner = LoadedRunner(Path(), alone=iter([FAILS]), fails_under_load=True)
    found = measure(runner)
    assert found.verdict is Verdict.LOAD_ONLY
    assert runner.made[:2] == ["alone", "alone"]
    assert (found.tally.alone_runs, found.tally.alone_failures, found.tally.foreign_failures) == (10, 0, 1)
    assert any("while other programs used 80 % of the processors, which does not count" in note for note in found.notes)
    assert serialize_measurement(found)["foreign"]["alone"] == {"runs": 1, "failures": 1}
    assert runner.waits[:4] == [120, 70, 20, 0]  # all tests of a measurement share the time
    assert len(runner.waits) == 10  # each run after the failure
    text = "while other programs held the processors: 1 of 1 runs alone failed, 0 runs under load"
    assert text in format_measurements([found])


def test_without_foreign_load_the_same_failures_are_flaky_alone() -> None:
    alone = [(True, QUIET), (False, QUIET), (False, QUIET)]
    runner = LoadedRunner(Path(), alone=iter(alone), fails_under_load=True)
    assert measure(runner).verdict is Verdict.FLAKY_ALONE
    assert runner.waits == []
    accepted = measure(
        LoadedRunner(Path(), alone=iter([FAILS, PASSES, PASSES]), fails_under_load=True), max_foreign_load=1
    )
    assert accepted.verdict is Verdict.FLAKY_ALONE


@pytest.mark.parametrize(
    ("alone", "verdict"), [([FAILS, PASSES] * 40, Verdict.UNDECIDED), ([FAILS] * 40, Verdict.BROKEN)]
)
def test_on_a_machine_that_is_never_quiet_nothing_is_flaky_alone(
    alone: list[tuple[bool, MachineLoad | None]], verdict: Verdict
) -> None:
    found = measure(LoadedRunner(Path(), alone=iter(alone), fails_under_load=True))
    assert found.verdict is verdict
    assert "of 10 runs alone failed while other programs used the machine" in found.hint
    assert found.tally.alone_runs == 0


def test_nothing_is_healed_by_runs_under_foreign_load() -> None:
    found = measure(LoadedRunner(Path(), batch_load=BUSY))
    assert found.verdict is Verdict.UNDECIDED
    assert "about 299 more runs under load without a failure, while other programs use little of the" in found.hint
    assert measure(LoadedRunner(Path())).verdict is Verdict.HEALED
    assert measure(LoadedRunner(Path(), batch_load=BUSY), max_foreign_load=1).verdict is Verdict.HEALED


def test_passes_under_foreign_load_count_only_while_none_fails_there() -> None:
    """Otherwise a coin on a busy machine would soon have passed ten times."""
    tally = Tally([Rung(2)])
    for _ in range(6):
        tally.add_alone(failed=False, foreign=True)
    tally.add_alone(failed=False)
    assert tally.alone_runs == 7
    tally.add_alone(failed=True, foreign=True)
    tally.add_alone(failed=False, foreign=True)
    assert (tally.alone_runs, tally.alone_failures, tally.foreign_runs, tally.foreign_failures) == (1, 0, 8, 1)


def test_many_passes_under_foreign_load_do_not_make_its_first_failure_the_end() -> None:
    found = measure(LoadedRunner(Path(), alone=iter([*[PASSES] * 9, FAILS]), fails_under_load=True))
    assert found.verdict is Verdict.LOAD_ONLY
    assert (found.tally.alone_runs, found.tally.foreign_passes, found.tally.foreign_failures) == (10, 9, 1)


def test_a_quiet_failure_decides_even_if_the_machine_is_never_quiet_again() -> None:
    tally = Tally([Rung(2)])
    tally.add_alone(failed=True)
    assert choose_step(tally, Limits()) == RunAlone(2)
    for _ in range(10):
        tally.add_alone(failed=True, foreign=True)
    step = choose_step(tally, Limits())
    assert isinstance(step, Stop)
    assert step.verdict is Verdict.FLAKY_ALONE


def test_when_the_time_is_up_failures_under_foreign_load_decide_nothing() -> None:
    tally = Tally([Rung(2)])
    tally.add_alone(failed=True, foreign=True)
    stop = stop_at_time_limit(tally, Limits())
    assert stop.verdict is Verdict.UNDECIDED
    assert "1 of 1 runs alone failed while other programs used the machine; measure it again" in stop.hint


def test_a_hunt_takes_no_failure_alone_under_foreign_load_for_a_verdict() -> None:
    runner = LoadedRunner(Path(), alone=iter([FAILS]), fails_under_load=True)
    settings = CampaignSettings(workers=(2,), finds_suspects=False)
    result = Hunter(Campaign(runner=runner, suite=[TARGET], settings=settings)).hunt(0.5)
    assert [one.verdict for one in result.candidates] == [Verdict.LOAD_ONLY]


def test_the_load_of_each_run_is_written_to_the_history(tmp_path: Path) -> None:
    with History(tmp_path / "h.db") as history:
        campaign = Campaign(runner=PytestRunner(Path()), suite=[], settings=CampaignSettings(), history=history)
        campaign.record("alone", 0, [_make_run(TARGET, True, BUSY), _make_run(TARGET, False, None)])
        campaign.record("load", 2, [_make_run(TARGET, True, QUIET)])
        assert history.list_loads(TARGET, "alone") == [BUSY]
        assert history.list_loads(TARGET, "load") == [QUIET]
    with History(tmp_path / "all.db") as merged:
        merged.merge(tmp_path / "h.db")
        assert merged.list_loads(TARGET, "alone") == [BUSY]


def test_an_ordinary_run_says_under_which_load_a_quarantined_test_failed_alone() -> None:
    def fail(load: MachineLoad) -> FailedTest:
        return FailedTest(TARGET, None, report=pytest.TestReport.__new__(pytest.TestReport), alone=[
            _make_run(TARGET, True, load)
        ])  # fmt: skip

    assert fail(BUSY).doubt == "it failed alone while other programs used 80 % of the processors"
    assert fail(QUIET).doubt == ""


def test_a_run_has_the_load_that_the_reader_saw(project: Any) -> None:
    project.write("test_a.py", "def test_x(): pass\n")
    cores = count_cores()
    times = iter(ProcessorTimes(at=n, average=2, busy=n * cores, steal=0, own=n * cores / 4) for n in range(4))
    runner = PytestRunner(project.folder, ("-p", "no:cacheprovider"), cwd=project.folder, read_times=times.__next__)
    assert runner.run_alone("test_a.py::test_x").load == pytest.approx((2, 0, 0.25, 0.75))
    (run,) = runner.run_serially(Batch(workers=1, parts=({"test_a.py::test_x": 1},), seed=0))
    assert run.load == pytest.approx((2, 0, 0.25, 0.75))


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' /proc")
@pytest.mark.parametrize("in_session", [False, True])
def test_what_a_process_used_that_a_test_left_behind_is_its_own_load(project: Any, in_session: bool) -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass\nprint('burnt', flush=True)\ntime.sleep(120)\n"
    project.write(
        "test_a.py",
        f"import subprocess, sys\nBURN = {burn!r}\ndef test_x():\n"
        f"    child = subprocess.Popen([sys.executable, '-c', BURN], stdout=-1, start_new_session={in_session})\n"
        "    assert child.stdout.readline()\n",
    )
    cores = count_cores()
    times = iter(ProcessorTimes(at=n, average=2, busy=n * cores, steal=0, own=0) for n in range(2))
    runner = PytestRunner(project.folder, ("-p", "no:cacheprovider"), cwd=project.folder, read_times=times.__next__)
    run = runner.run_alone("test_a.py::test_x")
    assert run.outcome is Outcome.PASSED, run.text
    assert run.load is not None
    assert run.load.own * cores > 0.4
    assert run.load.own + run.load.others == pytest.approx(1)


@pytest.mark.measures
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' /proc")
def test_programs_that_burn_the_processors_are_foreign_and_what_a_run_burns_is_its_own(
    new_project: Callable[..., Any],
) -> None:
    project = new_project()
    project.write(
        "test_a.py",
        "import subprocess, sys, time\nBURN = 'import time\\nwhile time.process_time() < 2: pass'\n"
        "def test_x(): subprocess.run([sys.executable, '-c', BURN], check=True)\n",
    )
    runner = PytestRunner(project.folder, ("-p", "no:cacheprovider"), cwd=project.folder)
    burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(4 * count_cores())]
    try:
        before = read_processor_times()
        load = runner.run_alone("test_a.py::test_x").load
        after = read_processor_times()
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    assert before is not None
    assert after is not None
    assert load is not None
    assert load.foreign > MAX_FOREIGN_LOAD
    assert load.own * count_cores() * (after.at - before.at) >= 2  # seconds that the child of its test used
    assert len(os.sched_getaffinity(0)) == count_cores()
