"""What the runner is made of: the log of a trial, neighbours, the ladder, batches and noise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flake_quarantine.errors import QuarantineError
from flake_quarantine.runner import trial_log
from flake_quarantine.runner.batches import Batch, build_ladder, choose_neighbours
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runner.trial_log import TrialLogWriter
from flake_quarantine.runs import Outcome


def test_a_process_that_died_leaves_a_crash_and_its_last_line_may_be_torn(tmp_path: Path) -> None:
    writer = TrialLogWriter(str(tmp_path), "gw0")
    writer.write(nodeid="a", start=1.0)
    writer.write(stop=2.0, outcome="passed", signature="", text="", touched=[])
    writer.write(nodeid="b", start=3.0)
    file = next(tmp_path.glob("*.jsonl"))
    file.write_text(file.read_text() + '{"stop": 4.0, "outc')
    outcomes = [one.outcome for one in trial_log.read(tmp_path).runs]
    assert outcomes == [Outcome.PASSED, Outcome.CRASHED]
    assert trial_log.read(tmp_path, hung_before=3.5, running=[file.name]).runs[1].outcome is Outcome.HUNG


def test_a_run_that_was_cut_off_early_says_nothing(tmp_path: Path) -> None:
    """A batch that takes too long is killed; tests that had only begun did not hang."""
    TrialLogWriter(str(tmp_path), "gw0").write(nodeid="b", start=3.0)
    (cut,) = trial_log.read(tmp_path, hung_before=2.5, running=trial_log.list_running(tmp_path)).runs
    assert not cut.failed
    assert not cut.counts


def test_a_run_whose_process_died_before_the_batch_was_ended_crashed_and_did_not_hang(tmp_path: Path) -> None:
    """A dead process may wait long to be reaped, as it does here."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    (tmp_path / f"gw0-{dead.pid}.jsonl").write_text('{"nodeid": "crashes", "start": 1.0}\n')
    TrialLogWriter(str(tmp_path), "gw1").write(nodeid="hangs", start=1.0)
    running = trial_log.list_running(tmp_path)
    dead.wait()
    assert list(running.values()) == ["hangs"]
    outcomes = {run.nodeid: run.outcome for run in trial_log.read(tmp_path, hung_before=9.0, running=running).runs}
    assert outcomes == {"crashes": Outcome.CRASHED, "hangs": Outcome.HUNG}


def test_neighbours_come_from_the_same_file_first() -> None:
    suite = [f"b.py::t{n}" for n in range(50)] + ["a.py::x", "a.py::y"]
    assert choose_neighbours(suite, "a.py::x", 3, seed=1)[0] == "a.py::y"
    assert choose_neighbours(suite, "a.py::x", 3, seed=1) == choose_neighbours(suite, "a.py::x", 3, seed=1)


def test_the_ladder_has_at_least_two_workers_and_an_end() -> None:
    assert min(build_ladder((1,))) >= 2
    assert max(build_ladder((1, 4, 8), most=6)) <= 6


def test_noise_is_written_as_it_is_read() -> None:
    assert str(Noise.parse("cpu=4,io=1,loop=2")) == "cpu=4,io=1,loop=2"
    with pytest.raises(QuarantineError, match="noise must be written"):
        Noise.parse("gpu=1")


def test_parts_of_a_batch_are_counted_together() -> None:
    assert Batch(workers=2, parts=({"a": 2, "b": 1}, {"a": 1}), seed=0).run_count == 4


def test_a_run_for_which_no_process_could_be_started_says_so(tmp_path: Path) -> None:
    run = PytestRunner(tmp_path, cwd=tmp_path / "gone").run_alone("a.py::t")
    assert (run.outcome, run.failed) == (Outcome.NOT_RUN, False)
    assert run.text.startswith("no pytest could be started: ")
