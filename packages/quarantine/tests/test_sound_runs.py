"""Ordinary runs whose green must be true: nothing lost, nothing excused unseen, nothing hidden from other plugins."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

ONCE = ("-o", "quarantine_alone_runs=1")
ALONE = 'import os, pytest\nALONE = "FLAKE_QUARANTINE_TRIAL" in os.environ\n'
DIES = ALONE + (
    "def test_dies():\n    if not ALONE: os._exit(3)\n"
    "@pytest.mark.parametrize('n', range(4))\ndef test_after(n): pass\n"
)


@pytest.mark.parametrize(
    "options",
    [("--dist=loadfile", "--max-worker-restart=1"), ("--dist=load", "--max-worker-restart=0")],
    ids=["loadfile", "no restart"],
)
def test_tests_that_a_dead_worker_left_behind_fail_the_run_and_are_named(project: Any, options: tuple[str]) -> None:
    project.write("tests/test_a.py", DIES)
    project.quarantine("tests/test_a.py::test_dies")
    done = project.pytest("-n1", *options, *ONCE)
    assert done.returncode == 1, done.stdout
    for number in range(4):
        assert f"ERROR tests/test_a.py::test_after[{number}]" in done.stdout
    assert done.stdout.count("collected, but never run") >= 4


def test_a_run_that_stops_early_names_no_lost_tests(project: Any) -> None:
    project.write(
        "tests/test_a.py", "import pytest\n@pytest.mark.parametrize('n', range(9))\ndef test_x(n): assert 0\n"
    )
    project.write("tests/test_b.py", "import nothing_of_this_name\n")
    for options in (["tests/test_a.py", "-x"], []):
        done = project.pytest("-n2", "-o", "quarantine_alone_runs=0", *options)
        assert done.returncode != 0
        assert "never run" not in done.stdout


def test_with_each_worker_a_test_is_lost_if_one_worker_did_not_run_it(project: Any) -> None:
    text = "def test_last(): pass\n"
    project.write("tests/test_a.py", ALONE + "def test_dies():\n" + (
        "    if os.environ.get('PYTEST_XDIST_WORKER') == 'gw1': os._exit(3)\n" + text))  # fmt: skip
    project.quarantine("tests/test_a.py::test_dies")
    done = project.pytest("--dist=each", "--tx", "2*popen", "--max-worker-restart=0", *ONCE)
    assert done.returncode == 1, done.stdout
    assert "ERROR tests/test_a.py::test_last" in done.stdout
    assert "collected, but never run" in done.stdout


def test_a_regression_among_many_failures_is_examined_too(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        ALONE + "@pytest.mark.parametrize('n', range(11))\nclass TestAll:\n    def test_x(self, n): assert ALONE\n"
        "def test_z(): assert 0, 'a regression'\n",
    )
    project.quarantine("tests/test_a.py::TestAll", "tests/test_a.py::test_z")
    done = project.pytest(*ONCE)
    assert done.returncode == 1, done.stdout
    assert done.stdout.count("passes alone: a concurrency flake (1 of 1 runs alone passed)") == 11
    assert "quarantined, but it fails alone too: a regression" in done.stdout


def test_what_was_not_examined_in_time_is_not_excused(project: Any) -> None:
    project.write("tests/test_a.py", ALONE + "def test_x(): assert ALONE\n")
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest("-o", "quarantine_total_seconds=0", "--junitxml=j.xml")
    assert done.returncode == 1, done.stdout
    assert "the time for runs alone is up after 0 s (quarantine_total_seconds)" in done.stdout
    assert "quarantined, but not run again alone" in done.stdout
    suite = ET.parse(project.folder / "j.xml").getroot()[0]  # noqa: S314
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert project.pytest("-o", "quarantine_alone_runs=0").returncode == 0


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("raise KeyboardInterrupt", "could not be run alone (exit status 2)"),
        ("pytest.exit('enough')", "could not be run alone (exit status 2)"),
        ("pytest.exit('enough', returncode=0)", "could not be run alone (exit status 0)"),
        ("pytest.skip('not here')", "skipped when it was run alone"),
    ],
)
def test_only_a_run_alone_that_was_reported_counts(project: Any, body: str, text: str) -> None:
    project.write("tests/test_a.py", ALONE + f"def test_x():\n    assert ALONE\n    {body}\n")
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest()
    assert done.returncode == 1, done.stdout
    assert text in done.stdout
    assert "passes alone" not in done.stdout


def test_a_pytest_that_cannot_start_is_no_regression_and_its_last_lines_are_shown(project: Any) -> None:
    project.write("tests/test_a.py", ALONE + "def test_x(): assert ALONE\ndef test_new(): assert ALONE\n")
    project.write(
        "conftest.py", ALONE + "def pytest_sessionstart():\n    if ALONE: raise OSError('port 5000 is taken')\n"
    )
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest("-n2")
    assert done.returncode == 1, done.stdout
    assert "test_x: could not be run alone (exit status 3)" in done.stdout
    assert "test_new: could not be run alone (exit status 3)" in done.stdout
    assert "port 5000 is taken" in done.stdout
    assert "fails alone too" not in done.stdout


WATCHING = """
import pytest
SEEN = {}
@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    setattr(item, "rep_" + report.when, report)
    return report
@pytest.fixture(autouse=True)
def screenshot(request):
    yield
    if request.node.rep_call.failed:
        with open("screenshots.txt", "a") as file: file.write(request.node.name + chr(10))
def pytest_runtest_logreport(report):
    {"passed": 0, "failed": 1, "skipped": 2}[report.outcome]
    if report.failed:
        with open("failed.txt", "a") as file: file.write(report.nodeid + chr(10))
"""


@pytest.mark.parametrize("options", [("-n2", "-x"), ("-x", "--sw")], ids=["workers", "one process"])
def test_other_plugins_see_a_quarantined_failure_as_a_failure(project: Any, options: tuple[str, ...]) -> None:
    project.write("conftest.py", WATCHING)
    project.write("tests/test_a.py", ALONE + "def test_x(): assert ALONE\n" + "def test_y(): pass\n" * 3)
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest(*options, *ONCE, "--junitxml=j.xml", cached=True)
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 quarantined" in done.stdout.splitlines()[-1]
    assert (project.folder / "screenshots.txt").read_text() == "test_x\n"
    assert "tests/test_a.py::test_x" in (project.folder / "failed.txt").read_text()
    suite = ET.parse(project.folder / "j.xml").getroot()[0]  # noqa: S314
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert len(list(suite.iter("flakyFailure"))) == 1


def test_an_entry_that_ends_soon_is_named_with_its_owner(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    for days, named in ((1, True), (8, False)):
        project.quarantine("tests/test_a.py::test_x", expires=days, owner="maria")
        done = project.pytest()
        assert done.returncode == 0
        line = "the quarantine of tests/test_a.py::test_x ends: 1 day left (maria, https://example.org/1)"
        assert (line in done.stdout) == named


RERUNS = """
from _pytest.runner import runtestprotocol
def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for last in (False, True):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [report for report in reports if report.failed]
        if failed and not last:
            failed[0].outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=failed[0])
            continue
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        break
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
"""


@pytest.mark.parametrize("options", [(), ("-n2",)], ids=["one process", "workers"])
def test_a_regression_is_found_beside_a_plugin_that_repeats_failures(project: Any, options: tuple[str, ...]) -> None:
    project.write("conftest.py", RERUNS)
    project.write(
        "tests/test_a.py",
        "import pytest\nTIMES = []\ndef test_x(): assert 0, 'a regression'\n"
        "def test_second_time():\n    TIMES.append(1)\n    assert len(TIMES) > 1\n",
    )
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest(*options, *ONCE)
    assert done.returncode == 1, done.stdout
    assert "quarantined, but it fails alone too: a regression" in done.stdout
    assert "test_second_time" not in done.stdout


def test_a_parameter_set_that_looks_like_a_path_is_run_again_as_it_is(project: Any) -> None:
    project.write(
        "tests/test_a.py",
        ALONE + "@pytest.mark.parametrize('url', ['http://a.example//b/./c/', '../x', '//'])\n"
        "def test_x(url): assert ALONE\n",
    )
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest(*ONCE)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("passes alone: a concurrency flake (1 of 1 runs alone passed)") == 3


def test_alone_is_alone_where_the_settings_name_tests_and_another_plugin_leaves_some_out(project: Any) -> None:
    project.write("pytest.ini", "[pytest]\naddopts = tests\n")
    project.write(
        "conftest.py",
        ALONE + "def pytest_collection_modifyitems(items):\n    if ALONE: items[:] = items[1:]\n"
        "def pytest_runtest_call(item):\n    if ALONE: open('alone.txt', 'a').write(item.name + chr(10))\n",
    )
    project.write("tests/test_a.py", ALONE + "def test_x(): assert ALONE\ndef test_y(): pass\n")
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest(*ONCE)
    assert done.returncode == 0, done.stdout
    assert (project.folder / "alone.txt").read_text() == "test_x\n"


def test_ctrl_c_during_the_runs_alone_keeps_the_report_of_the_run(project: Any) -> None:
    project.write("tests/test_a.py", ALONE + "def test_x(): assert ALONE\ndef test_y(): pass\n")
    project.write(
        "conftest.py",
        # Where the tests themselves run in the background, their children would inherit that Ctrl-C is ignored.
        ALONE + "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def pytest_sessionstart():\n"
        "    if ALONE: os.kill(os.getppid(), signal.SIGINT), time.sleep(60)\n",
    )
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest("--junitxml=j.xml")
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout
    assert "the runs alone were interrupted" in done.stdout
    assert "tests/test_a.py::test_x: not run again alone" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert (project.folder / "j.xml").exists()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["broken.db", "file/h.db"], ids=["no database", "no folder"])
def test_a_history_that_cannot_be_written_does_not_fail_the_run(project: Any, name: str) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    project.write("broken.db", "no database at all, but long enough to be read as one" * 20)
    project.write("file", "")
    done = project.pytest("--quarantine-history", name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the history was not written" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]


COVERAGE = """
def pytest_addoption(parser): parser.addoption("--no-cov", action="store_true")
def pytest_unconfigure(config):
    if not config.option.no_cov: open("coverage.txt", "a").write("written" + chr(10))
"""


def test_a_run_alone_writes_over_no_file_of_the_run(project: Any) -> None:
    project.write("pytest_cov.py", COVERAGE)
    project.write(
        "tests/test_a.py",
        ALONE + "import logging\ndef test_x():\n    logging.error(f'alone {ALONE}')\n    assert ALONE\n",
    )
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest("-p", "pytest_cov", "--log-file=run.log", "--log-file-level=INFO", *ONCE)
    assert done.returncode == 0, done.stdout + done.stderr
    log = (project.folder / "run.log").read_text()
    assert "alone False" in log
    assert "alone True" not in log
    assert (project.folder / "coverage.txt").read_text() == "written\n"


def test_a_test_that_another_plugin_leaves_out_is_not_lost(project: Any) -> None:
    project.write("conftest.py", "def pytest_runtest_protocol(item): return True if item.name == 'test_y' else None\n")
    project.write("tests/test_a.py", "def test_x(): pass\ndef test_y(): pass\n")
    done = project.pytest("-n2")
    assert done.returncode == 0, done.stdout
    assert "never run" not in done.stdout


SUBTESTS = """
import os, unittest
ALONE = "FLAKE_QUARANTINE_TRIAL" in os.environ
def test_x(subtests):
    for number in range(3):
        with subtests.test(n=number): assert ALONE or number != 1
def test_y(): pass
class TestAll(unittest.TestCase):
    def test_z(self):
        for number in range(3):
            with self.subTest(n=number): assert ALONE or number != 1
"""


@pytest.mark.skipif(pytest.version_tuple < (9, 0), reason="pytest has subtests since 9.0")
@pytest.mark.parametrize("options", [("-n2",), ("--sw",), ("-x", "--lf")], ids=["workers", "stepwise", "last failed"])
def test_a_failed_subtest_of_a_quarantined_test_is_quarantined_with_it(project: Any, options: tuple[str, ...]) -> None:
    project.write("tests/test_a.py", SUBTESTS)
    project.quarantine("tests/test_a.py::test_x", "tests/test_a.py::TestAll")
    done = project.pytest(*options, *ONCE, cached=True)
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1]
    assert "failed" not in done.stdout.splitlines()[-1]
    assert done.stdout.count("passes alone: a concurrency flake") == 2


INNER = (
    ALONE
    + """
import subprocess, sys, pathlib
def test_x(tmp_path):
    assert ALONE
    tmp_path.joinpath("test_in.py").write_text("def test_1(): assert 0\\ndef test_2(): assert 0\\n")
    done = subprocess.run([sys.executable, "-m", "pytest", "-x", "."], cwd=tmp_path, capture_output=True, text=True)
    assert "1 failed" in done.stdout.splitlines()[-1]
"""
)


def test_a_pytest_that_a_test_starts_is_no_part_of_the_run_alone(project: Any) -> None:
    project.write("tests/test_a.py", INNER)
    project.quarantine("tests/test_a.py::test_x")
    done = project.pytest(*ONCE)
    assert done.returncode == 0, done.stdout
