"""Ordinary runs, each in a real pytest process, most of them with real workers."""

from __future__ import annotations

import datetime as dt
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from _pytest.junitxml import mangle_test_address
from packaging.version import Version

from flake_quarantine.pytest_plugin.junit_xml import _make_address

Done = tuple[subprocess.CompletedProcess[str], Path]
ONCE = "quarantine_alone_runs=1"  # three times would only take longer
# What an idle plugin imports; the last three read an empty register.
IDLE_MODULES = {
    "flake_quarantine",
    "flake_quarantine.constants",
    "flake_quarantine.pytest_plugin",
    "flake_quarantine.pytest_plugin.entry_point",
    "flake_quarantine.errors",
    "flake_quarantine.node_ids",
    "flake_quarantine.register",
}
SUITE = """\
import os, signal, time
import pytest

WITH_OTHERS = "PYTEST_XDIST_WORKER" in os.environ

def test_fine(): pass

@pytest.mark.parametrize("n", [1, 2])
def test_body(n): assert not (WITH_OTHERS and n == 1), "with others"

class TestAll:
    def test_one(self): assert not WITH_OTHERS, "one"
    def test_two(self): pass

@pytest.fixture
def setup():
    assert not WITH_OTHERS, "setup"

def test_setup(setup): pass

@pytest.fixture
def teardown():
    yield
    assert not WITH_OTHERS, "teardown"

def test_teardown(teardown): pass

def test_exits():
    if WITH_OTHERS: os._exit(3)

def test_segfault():
    # Another thread may take the signal: this test may not pass before the process dies.
    if WITH_OTHERS: os.kill(os.getpid(), signal.SIGSEGV), signal.pause()

def test_killed():
    if WITH_OTHERS: os.kill(os.getpid(), signal.SIGKILL), signal.pause()

@pytest.mark.timeout(1, method="thread")
def test_timeout_that_ends_the_process():
    if WITH_OTHERS: time.sleep(30)

@pytest.mark.timeout(1, method="signal")
def test_timeout():
    if WITH_OTHERS: time.sleep(30)
"""
QUARANTINED = ("test_body", "TestAll", "test_setup", "test_teardown", "test_exits", "test_segfault", "test_killed",
               "test_timeout_that_ends_the_process", "test_timeout")  # fmt: skip
NEW = """\
import os
def test_new(): assert "PYTEST_XDIST_WORKER" not in os.environ
def test_broken(): assert False, "always"
def test_listed_but_broken(): assert False, "a regression"
"""


def ids(*names: str) -> list[str]:
    return [f"tests/test_a.py::{name}" for name in names]


@pytest.fixture(scope="module")
def faults(new_project: Callable[..., Any]) -> Done:
    """One run with a failure of every kind, all quarantined."""
    project = new_project()
    project.write("tests/test_a.py", SUITE)
    project.quarantine(*ids(*QUARANTINED))
    summary = project.folder / "summary.md"
    done = project.pytest(
        "-n2", "--dist=worksteal", "-x", "--junitxml=j.xml", "-o", ONCE, GITHUB_STEP_SUMMARY=str(summary)
    )
    return done, project.folder


def test_quarantined_failures_of_every_kind_do_not_fail_the_run(
    faults: Done,
) -> None:
    """Body, setup, teardown, crash, signal, time-out; `-x` does not stop at them either."""
    done, _ = faults
    assert done.returncode == 0, done.stdout
    assert "9 quarantined" in done.stdout
    assert "quarantined failures" in done.stdout
    assert done.stdout.count("passes alone: a concurrency flake") == 9
    assert "failed" not in done.stdout.splitlines()[-1]


def test_junit_has_flaky_failures(faults: Done) -> None:
    suite = ET.parse(faults[1] / "j.xml").getroot()[0]  # noqa: S314
    cases = {case.get("name"): case for case in suite}
    flaky = {name for name, case in cases.items() if case.find("flakyFailure") is not None}
    assert flaky == {"test_body[1]", "test_one", *QUARANTINED[2:]}
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")
    assert suite.get("tests") == str(len(cases)) == "12"
    assert "with others" in str(cases["test_body[1]"].findtext("flakyFailure/stackTrace"))


def test_the_job_summary_lists_every_entry(faults: Done) -> None:
    text = (faults[1] / "summary.md").read_text()
    assert "9 quarantined, 9 of them failed." in text
    assert text.count("| `tests/test_a.py::") == 9
    assert "| 30 |" in text


def test_a_run_without_failures_shows_the_quarantine_too(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest("-n2", GITHUB_STEP_SUMMARY=str(project.folder / "summary.md"))
    assert "quarantine: 1 listed in tests/quarantine.toml" in done.stdout
    text = (project.folder / "summary.md").read_text()
    assert "1 quarantined, 0 of them failed." in text
    assert "| `tests/test_a.py::test_x` | passed | load | me |" in text


@pytest.fixture(scope="module")
def reds(new_project: Callable[..., Any]) -> Done:
    """One run with failures that are not quarantined, and entries that break the rules."""
    project = new_project()
    project.write("tests/test_b.py", NEW)
    project.quarantine("tests/test_b.py::test_listed_but_broken", "tests/test_b.py::test_gone", "tests/test_c.py")
    done = project.pytest("-n2", "--junitxml=j.xml", "--quarantine-history=h.db")
    return done, project.folder


def test_a_failure_is_run_again_alone_and_called_what_it_is(
    reds: Done,
) -> None:
    out = reds[0].stdout
    assert reds[0].returncode == 1
    assert "tests/test_b.py::test_new: passes alone: a concurrency flake (3 of 3 runs alone passed)" in out
    assert "tests/test_b.py::test_broken: fails alone too" in out
    assert "flake-quarantine add tests/test_b.py::test_new --owner NAME" in out
    assert "add tests/test_b.py::test_broken" not in out


def test_a_quarantined_test_that_fails_alone_fails_the_run(
    reds: Done,
) -> None:
    assert "quarantined, but it fails alone too: a regression" in reds[0].stdout


def test_entries_without_a_test_fail_the_run(reds: Done) -> None:
    out = reds[0].stdout
    assert "tests/test_b.py::test_gone is quarantined, but there is no such test any more" in out
    assert "tests/test_c.py is quarantined, but there is no such test any more" in out
    assert "2 errors" in out.splitlines()[-1]


def test_junit_has_failures_that_were_repeated(reds: Done) -> None:
    suite = ET.parse(reds[1] / "j.xml").getroot()[0]  # noqa: S314
    cases = [case for case in suite if case.find("failure") is not None]
    repeated = {str(case.get("name")): len(case.findall("rerunFailure")) for case in cases}
    assert repeated == {"test_new": 0, "test_broken": 1, "test_listed_but_broken": 1}
    assert suite.get("failures") == "3"


def test_outcomes_are_appended_to_the_history(reds: Done) -> None:
    from flake_quarantine.history import History

    with History(reds[1] / "h.db") as history:
        points = [(point.arm, point.runs, point.failures) for point in history.list_points("tests/test_b.py::test_new")]
    assert points == [("run", 1, 1), ("alone", 3, 0)]


@pytest.mark.parametrize(
    "options",
    [
        ["-n2", "--dist=loadgroup"],
        ["-n2", "--dist=each", "--tx", "2*popen"],
        ["-n2", "--maxfail=1"],
        ["-p", "no:xdist"],
        ["-n2", "-k", "one or fine"],
    ],
    ids=["loadgroup", "each", "maxfail", "without xdist", "k"],
)
def test_every_way_to_run(options: list[str], new_project: Callable[..., Any]) -> None:
    """A failure that comes in every second process is shielded, however tests are handed out."""
    project = new_project()
    project.write(
        "tests/test_a.py",
        'import os, pytest\n@pytest.mark.xdist_group("g")\ndef test_one():\n'
        '    assert "FLAKE_QUARANTINE_TRIAL" in os.environ, "not alone"\n'
        "def test_fine(): pass\ndef test_other(): pass\n",
    )
    project.quarantine("tests/test_a.py::test_one", "tests/test_a.py::test_other")
    done = project.pytest(*options, "-o", ONCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "quarantined" in done.stdout.splitlines()[-1]
    assert "tests/test_a.py::test_one: passes alone" in done.stdout


def test_an_expired_entry_fails_the_run_and_shields_nothing(project: Any) -> None:
    project.write("tests/test_a.py", 'import os\ndef test_x(): assert "FLAKE_QUARANTINE_TRIAL" in os.environ\n')
    project.quarantine("tests/test_a.py::test_x", since=-20, expires=-1)
    done = project.pytest()
    assert done.returncode == 1
    yesterday = dt.date.today() - dt.timedelta(1)
    assert f"the quarantine of tests/test_a.py::test_x expired on {yesterday}" in done.stdout
    assert "1 failed, 1 error" in done.stdout


def test_a_narrow_run_does_not_miss_what_it_did_not_collect(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    project.write("tests/test_b.py", "def test_y(): pass\n")
    project.quarantine("tests/test_b.py::test_gone", "tests/test_a.py::test_gone")
    done = project.pytest("tests/test_a.py::test_x")
    assert done.returncode == 0, done.stdout
    done = project.pytest("tests/test_b.py")
    assert done.returncode == 1
    assert "test_b.py::test_gone is quarantined, but" in done.stdout
    assert "test_a.py::test_gone is quarantined, but" not in done.stdout
    project.quarantine("tests/test_a.py::test_x[gone]")
    assert project.pytest("tests/test_a.py::test_x").returncode == 1


def test_a_broken_register_is_a_usage_error(project: Any) -> None:
    path = project.quarantine("tests/test_a.py::test_x", "tests/test_a.py::test_x")
    done = project.pytest("-n2")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{path}:11: `nodeid` tests/test_a.py::test_x is already there, on line 1" in done.stderr + done.stdout


def run_hanging(project: Any) -> str:
    """Run a quarantined test that hangs in a worker, next to one that passes; returns what is printed."""
    project.write(
        "tests/test_a.py",
        "import os, time\ndef test_hangs():\n    if 'PYTEST_XDIST_WORKER' in os.environ: time.sleep(1000)\n"
        "def test_fine(): pass\n",
    )
    project.quarantine("tests/test_a.py::test_hangs")
    done = project.pytest("-n2", "-p", "no:timeout", "-o", "quarantine_hang_seconds=1")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 quarantined" in done.stdout
    return str(done.stdout)


def test_a_hanging_quarantined_test_is_ended_without_pytest_timeout(project: Any) -> None:
    printed = run_hanging(project)
    # Before 3.6, pytest-xdist runs tests outside of the main thread now and then.
    ends_worker = Version(version("pytest-xdist")) < Version("3.6") and "crashed while running" in printed
    assert ends_worker or "a quarantined test hung" in printed


def test_a_test_that_hangs_outside_of_the_main_thread_ends_its_worker(project: Any) -> None:
    """No signal reaches it there; before 3.6, pytest-xdist runs some tests in another thread."""
    project.write("conftest.py", "import threading\nthreading.main_thread = lambda: None\n")
    printed = run_hanging(project)
    assert "worker 'gw" in printed
    assert "crashed while running 'tests/test_a.py::test_hangs'" in printed


@pytest.mark.parametrize("register", [None, "# nothing is quarantined\n"])
def test_an_idle_plugin_is_not_even_registered(project: Any, register: str | None) -> None:
    if register is not None:
        project.write("tests/quarantine.toml", register)
    project.write(
        "test_a.py",
        "import sys\ndef test_x(request):\n"
        "    names = [name for name, _ in request.config.pluginmanager.list_name_plugin()]\n"
        '    assert not [name for name in names if name.startswith("flake-quarantine")]\n'
        '    loaded = {name for name in sys.modules if name.partition(".")[0] == "flake_quarantine"}\n'
        f"    assert loaded <= {IDLE_MODULES}\n",
    )
    assert project.pytest().returncode == 0


@pytest.mark.parametrize("nodeid", ["a/b.py::test_x", "a.py::TestA::test_x[1-a::b]", "a.py::test_x[\x01é]"])
@pytest.mark.parametrize("prefix", [None, "pre"])
def test_addresses_are_those_of_pytest(nodeid: str, prefix: str | None) -> None:
    from _pytest.junitxml import bin_xml_escape

    *classes, name = mangle_test_address(nodeid)
    expected = ".".join([prefix, *classes] if prefix else classes), bin_xml_escape(name)
    assert _make_address(nodeid, prefix) == expected


def test_a_file_that_a_conftest_ignores_and_a_test_that_it_leaves_out_are_not_gone(project: Any) -> None:
    project.write(
        "tests/conftest.py",
        "import pytest\ncollect_ignore = ['test_a.py']\n@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collection_modifyitems(items): items[:] = [item for item in items if item.name != 'test_y']\n",
    )
    project.write("tests/test_a.py", "def test_x(): pass\n")
    project.write("tests/test_b.py", "def test_y(): pass\ndef test_z(): pass\n")
    project.quarantine("tests/test_a.py::test_x", "tests/test_b.py::test_y")
    done = project.pytest()
    assert done.returncode == 0, done.stdout
    assert "there is no such test" not in done.stdout


def test_the_job_summary_says_once_what_is_true_of_many(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        "import os, pytest\nALONE = 'FLAKE_QUARANTINE_TRIAL' in os.environ\n"
        "@pytest.mark.parametrize('n', range(3))\nclass TestAll:\n    def test_x(self, n): assert ALONE\n"
        "@pytest.mark.parametrize('n', range(7))\ndef test_broken(n): assert 0\n",
    )
    project.quarantine("tests/test_a.py::TestAll", "tests/test_a.py::test_broken")
    assert project.pytest("-o", ONCE, GITHUB_STEP_SUMMARY=str(project.folder / "summary.md")).returncode == 1
    text = (project.folder / "summary.md").read_text()
    assert "| 3 × passes alone: a concurrency flake (1 of 1 runs alone passed) |" in text
    assert "| 7 × fails alone too |" in text
    (line,) = (line for line in text.splitlines() if "a regression" in line)
    assert "test_broken[0]`" in line
    assert line.endswith(" and 2 more")
