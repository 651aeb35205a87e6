"""Time limits are kept, what holds up a batch is named, and nothing survives what was ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.campaigns.bisector import Bisector
from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.cause_finder import CauseFinder
from flake_quarantine.campaigns.measured_test import MeasuredTest
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.cli.render import format_bisection
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import Stop, Verdict, stop_at_time_limit
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.runner import stuck_batch
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.child_process import End, ProcessResult, run_command
from flake_quarantine.runner.process_stat import STATE, read_stat
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runner.stuck_batch import StuckBatch
from flake_quarantine.runner.trial_log import TrialLogWriter
from flake_quarantine.runs import Outcome, Run


def test_a_failure_alone_decides_even_if_the_time_is_up() -> None:
    tally = Tally([Rung(2)], alone_runs=1, alone_failures=1)
    assert stop_at_time_limit(tally, Limits()).verdict is Verdict.FLAKY_ALONE
    tally = Tally([Rung(2)], alone_runs=1)
    assert stop_at_time_limit(tally, Limits()).verdict is Verdict.UNDECIDED
    measurer = Measurer(Campaign(runner=PytestRunner(Path()), suite=[], settings=CampaignSettings(until=0)))
    failed = Measurement(nodeid="a.py::t", tally=Tally([Rung(2)], alone_runs=1, alone_failures=1))
    step = measurer._choose_step(MeasuredTest(measurement=failed), Limits())
    assert isinstance(step, Stop)
    assert step.verdict is Verdict.FLAKY_ALONE
    assert "1 of 1 runs alone failed" in step.hint


def test_a_time_limit_ends_what_runs_and_that_says_nothing_of_the_test(project: Any) -> None:
    project.write("test_a.py", "import time\ndef test_x(): time.sleep(300)\n")
    begin = time.monotonic()
    runner = PytestRunner(project.folder, ("-p", "no:cacheprovider"), cwd=project.folder, until=begin + 8)
    run = runner.run_alone("test_a.py::test_x")
    batch = Batch(workers=2, parts=({"test_a.py::test_x": 1},), seed=0, targets=("test_a.py::test_x",))
    assert not runner.run_batch(batch)  # the time is up before it begins
    assert time.monotonic() - begin < 60
    assert (run.outcome, run.failed, run.counts) == (Outcome.NOT_RUN, False, False)
    assert "took too long" in run.text


def test_processes_in_sessions_of_their_own_end_with_the_child(tmp_path: Path) -> None:
    program = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)'], start_new_session=True)\n"
        "pathlib.Path('pid').write_text(str(child.pid))\n"
        "time.sleep(float(sys.argv[1]))\n"
    )
    env = {**os.environ, "MARKED_FOR_THIS_TEST": str(tmp_path)}
    for seconds in ("0", "60"):
        marker = f"MARKED_FOR_THIS_TEST={tmp_path}"
        (tmp_path / "pid").unlink(missing_ok=True)
        done = run_command(
            [sys.executable, "-c", program, seconds],
            cwd=tmp_path,
            env=env,
            seconds=60,
            is_stuck=(tmp_path / "pid").exists,
            marker=marker,
        )
        assert (done.stuck, done.timed_out) == (seconds == "60", False)
        _wait_until(lambda: not _is_running(int((tmp_path / "pid").read_text())))


@pytest.mark.parametrize(
    ("status", "end", "text"),
    [
        (-9, End.BY_ITSELF, "killed by SIGKILL"),
        (-40, End.BY_ITSELF, "killed by signal 40"),
        (3, End.BY_ITSELF, "exit status 3"),
        (-9, End.TIMED_OUT, "it took too long, and was ended"),
        (-9, End.STUCK, "it was stuck, and was ended"),
    ],
)
def test_every_end_of_a_child_has_words(status: int, end: End, text: str) -> None:
    assert ProcessResult(status, "", end).describe() == text


def test_a_child_that_is_ended_is_looked_at_before(tmp_path: Path) -> None:
    looked: list[str] = []
    for seconds in ("0", "60"):
        run_command(
            [sys.executable, "-c", f"import time; time.sleep({seconds})"],
            cwd=tmp_path,
            env=os.environ,
            seconds=4,
            before_end=lambda seconds=seconds: looked.append(seconds),  # type: ignore[misc]
        )
    assert looked == ["60"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_a_run_alone_ends_with_a_run_that_was_killed(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        "import os, pathlib, time\ndef test_x():\n    assert 'FLAKE_QUARANTINE_TRIAL' in os.environ\n"
        "    pathlib.Path('new').write_text(str(os.getpid()))\n    os.rename('new', 'begun')\n    time.sleep(120)\n",
    )
    project.quarantine("tests/test_a.py::test_x")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"]
    running = subprocess.Popen(command, cwd=project.folder, env=project.environment(), stdout=subprocess.DEVNULL)
    try:
        _wait_until((project.folder / "begun").exists)
        pid = int((project.folder / "begun").read_text())
        assert _is_running(pid)
    finally:
        running.kill()
        running.wait()
    _wait_until(lambda: not _is_running(pid))


def _is_running(pid: int) -> bool:
    """Tell whether the process is there, and no zombie that waits for its parent."""
    try:
        return read_stat(pid)[STATE] != "Z"
    except FileNotFoundError:
        return False


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("running", "age", "stuck"),
    [
        (["neighbour"], stuck_batch.STUCK_SECONDS + 5, True),
        (["neighbour"], 1, False),
        (["neighbour", "target"], stuck_batch.STUCK_SECONDS + 5, False),
        ([], stuck_batch.STUCK_SECONDS + 5, False),
    ],
    ids=["hung neighbour", "busy", "slow target", "starting"],
)
def test_a_batch_is_stuck_when_neighbours_alone_run_and_none_ends(
    tmp_path: Path, running: list[str], age: float, stuck: bool
) -> None:
    for number, nodeid in enumerate(running):
        writer = TrialLogWriter(str(tmp_path), f"gw{number}")
        writer.write(nodeid="earlier", start=1.0)
        writer.write(stop=2.0, outcome="passed", signature="", text="", touched=[])
        writer.write(nodeid=nodeid, start=3.0)
    for path in tmp_path.glob("*.jsonl"):
        os.utime(path, (time.time() - age, time.time() - age))
    assert StuckBatch(tmp_path, ("target",)).is_stuck() == stuck
    assert not StuckBatch(tmp_path, ()).is_stuck()


def test_a_dead_worker_holds_up_nothing(tmp_path: Path) -> None:
    lines = [{"nodeid": "neighbour", "start": 1.0}]
    path = tmp_path / f"gw0-{2**22 + 1}.jsonl"  # above the highest pid
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(path, (1, 1))
    assert not StuckBatch(tmp_path, ("target",)).is_stuck()


@dataclass
class HungNeighbour(PytestRunner):
    """A runner in whose batches a neighbour hangs."""

    batches: list[Batch] = field(default_factory=list)

    def run_batch(self, batch: Batch) -> list[Run]:
        """Return one run of each test; the neighbour hung if it was there."""
        assert batch.targets == ("a.py::target",)
        self.batches.append(batch)
        return [
            Run(nodeid=nodeid, worker=f"gw{number}", start=0, stop=1, outcome=Outcome.PASSED)
            if nodeid != "a.py::hangs"
            else Run(nodeid=nodeid, worker=f"gw{number}", start=0, outcome=Outcome.HUNG)
            for number, nodeid in enumerate(batch.parts[0])
        ]


def test_a_neighbour_that_hangs_is_named_and_left_out() -> None:
    lines: list[str] = []
    campaign = Campaign(
        runner=HungNeighbour(Path()),
        suite=["a.py::target", "a.py::hangs", "a.py::fine"],
        settings=CampaignSettings(workers=(2,)),
        report_progress=lines.append,
    )
    measurer = Measurer(campaign)
    test = MeasuredTest(measurement=Measurement(nodeid="a.py::target", tally=Tally([Rung(2)])))
    measurer._run_load(0, [(test, 4)])
    assert any("a.py::hangs hung" in line for line in lines)
    assert any("a.py::hangs hung" in note for note in test.measurement.notes)
    assert "a.py::hangs" not in measurer.planner.plan_batch([(test, 4)], 2, 1).parts[0]


def test_the_search_for_a_cause_names_a_neighbour_that_hangs_and_goes_on_without_it() -> None:
    lines: list[str] = []
    runner = HungNeighbour(Path())
    campaign = Campaign(
        runner=runner,
        suite=["a.py::target", "a.py::hangs", "a.py::fine"],
        settings=CampaignSettings(workers=(2,)),
        report_progress=lines.append,
    )
    measured = Measurement(nodeid="a.py::target", tally=Tally([Rung(2)]))
    CauseFinder(campaign).explain(measured, [], [])
    beside_others = [batch for batch in runner.batches if not batch.noise.cpu]
    assert [("a.py::hangs" in batch.parts[0], "a.py::fine" in batch.parts[0]) for batch in beside_others] == [
        (True, True),
        *[(False, True)] * 2,
    ]
    assert [note for note in measured.notes if "a.py::hangs hung" in note] == [
        line for line in lines if "a.py::hangs hung" in line
    ]
    assert len(measured.notes) == 1


def test_a_bisection_names_a_neighbour_that_hangs_and_goes_on_without_it() -> None:
    runner = HungNeighbour(Path())
    found = Bisector(runner, "a.py::target", workers=2).bisect(["a.py::hangs", "a.py::fine"])
    assert ["a.py::hangs" in batch.parts[0] for batch in runner.batches] == [True, *[False] * (len(runner.batches) - 1)]
    assert len(found.notes) == 1
    assert "a.py::hangs hung" in format_bisection(found)
