"""Runs with a broken register, a wrong clock, odd options or a shared history, in real pytest processes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.history import History, OutcomeRow, Outcomes

SECONDS = 240
WITH_OTHERS = 'import os\nWITH_OTHERS = "FLAKE_QUARANTINE_TRIAL" not in os.environ\n'
FLAKY = WITH_OTHERS + 'def test_x(): assert not WITH_OTHERS, "with others"\n'
ONCE = ("-o", "quarantine_alone_runs=1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind =", "knid ="), "`kind` is missing"),
        (('owner = "me"', 'owner = "me"\ncolour = "red"'), "unknown key `colour`"),
        (('kind = "load"', 'kind = "lod"'), "`kind` must be one of"),
        (("evidence = {", "evidence = { runs = 3,"), "unknown key `runs`"),
        (("reason = ", "reason "), "not valid TOML"),
    ],
)
def test_a_broken_register_stops_a_run_with_workers(project: Any, change: tuple[str, str], message: str) -> None:
    project.write("tests/test_a.py", FLAKY)
    path: Path = project.quarantine("tests/test_a.py::test_x")
    path.write_text(path.read_text().replace(*change))
    done = project.pytest("-n2")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    output = done.stdout + done.stderr
    assert message in output or "unknown key `knid`" in output
    assert f"{path}:" in output


def test_a_clock_that_went_back_revives_no_entry(project: Any) -> None:
    """The second entry is dated ten days ahead, so the first one has expired since."""
    project.write("tests/test_a.py", FLAKY + "def test_y(): pass\n")
    first = project.quarantine("tests/test_a.py::test_x", since=-40, expires=5).read_text()
    second = project.quarantine("tests/test_a.py::test_y", since=10, expires=40).read_text()
    project.write("tests/quarantine.toml", first + "\n" + second)
    done = project.pytest("-n2", *ONCE)
    assert done.returncode == 1
    assert "the quarantine of tests/test_a.py::test_x expired" in done.stdout
    assert "1 failed" in done.stdout.splitlines()[-1]


def test_a_run_whose_clock_went_back_is_appended_behind_the_others(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    tomorrow = int(dt.datetime.now(dt.UTC).timestamp()) + 86_400
    with History(project.folder / "h.db") as history:
        history.append(Outcomes("run", 2, [OutcomeRow("tests/test_a.py::test_x", "passed", 0.1, "")]))
        history._db.execute("UPDATE batch SET at = ?", (tomorrow,))
    assert project.pytest("-n2", "--quarantine-history=h.db").returncode == 0
    with History(project.folder / "h.db") as history:
        assert [point.at for point in history.list_points("tests/test_a.py::test_x")] == [tomorrow, tomorrow]


def test_two_runs_at_a_time_write_one_history(project: Any) -> None:
    project.write("tests/test_a.py", "import pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_x(n): pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n2", "--quarantine-history=h.db"]
    runs = [
        subprocess.Popen(command, cwd=project.folder, env=project.environment(), stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [run.wait(timeout=SECONDS) for run in runs] == [0, 0, 0]
    with History(project.folder / "h.db") as history:
        for number in range(20):
            points = history.list_points(f"tests/test_a.py::test_x[{number}]")
            assert [(point.runs, point.failures, point.workers) for point in points] == [(1, 0, 2)] * 3


def test_last_failed_selects_what_failed_and_misses_no_entry(project: Any) -> None:
    """`--lf` does not count quarantined failures: it runs what failed the run, and misses no entry outside of that."""
    project.write("tests/test_a.py", FLAKY)
    project.write("tests/test_b.py", "def test_bad(): assert False\n")
    project.quarantine("tests/test_a.py::test_x")
    assert "1 failed, 1 quarantined" in project.pytest("-n2", *ONCE, cached=True).stdout
    again = project.pytest("-n2", "--lf", *ONCE, cached=True)
    assert again.returncode == 1
    assert again.stdout.splitlines()[-1].strip("= ").startswith("1 failed in")


def test_deselected_entries_are_not_missing(project: Any) -> None:
    project.write("tests/test_a.py", FLAKY + "def test_fine(): pass\n")
    project.quarantine("tests/test_a.py::test_x", "tests/test_a.py::test_gone")
    done = project.pytest("-n2", "-k", "fine")
    assert "test_x is quarantined, but" not in done.stdout
    assert "test_gone is quarantined, but there is no such test any more" in done.stdout


def test_a_crash_of_every_worker_does_not_stop_the_run(project: Any) -> None:
    """Eight deaths, more than there are workers: each is one quarantined failure."""
    text = WITH_OTHERS + "import pytest, signal\n@pytest.mark.parametrize('n', range(8))\ndef test_dies(n):\n"
    project.write(
        "tests/test_a.py",
        text + "    if WITH_OTHERS: os.kill(os.getpid(), signal.SIGKILL), signal.pause()\ndef test_fine(): pass\n",
    )
    project.quarantine("tests/test_a.py::test_dies")
    done = project.pytest("-n2", *ONCE)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 8 quarantined" in done.stdout.splitlines()[-1]


def test_pytest_timeout_without_a_limit_does_not_switch_ours_off(project: Any) -> None:
    pytest.importorskip("pytest_timeout")
    project.write(
        "tests/test_a.py", WITH_OTHERS + "import time\ndef test_hangs():\n    if WITH_OTHERS: time.sleep(1000)\n"
    )
    project.quarantine("tests/test_a.py::test_hangs")
    done = project.pytest("-n2", "-o", "quarantine_hang_seconds=1", *ONCE)
    assert done.returncode == 0, done.stdout
    assert "a quarantined test hung" in done.stdout
