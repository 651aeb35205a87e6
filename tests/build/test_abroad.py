"""Flaky tests of foreign suites are fetched by name, measured in pieces, and judged by what is true of them."""

from __future__ import annotations

import json
import os
import re
import sys
import tarfile
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.flakes import abroad, foreign_suites
from benchmarks.flakes.abroad import Bench, Plan, select_copies
from benchmarks.flakes.foreign_suites import ForeignCase, InstalledSuite, Suite, SuiteUnavailable, install, load_cases
from benchmarks.flakes.foreign_table import Answer, PeerAnswer, Results, find_faults, summarise
from benchmarks.flakes.long_run import keep_result, read_results
from benchmarks.flakes.process_group import run_in_group
from benchmarks.measure import Report, write_between
from hero_assistance.supervisor.process.process_table import list_processes
from tests.supervisor.harness import wait_for

CASE = ForeignCase(
    name="p: port",
    suite=Suite("p", "1.0"),
    nodeid="tests/test_p.py::test_a",
    verdicts=("load-only",),
    kind="load",
    causes=("port", "none"),
    words="port 99",
    why="it binds port 99.",
)
RIGHT = Answer(verdict="load-only", kind="load", cause="port", sentence="it shares port 99 with itself", seconds=60)


def test_every_case_is_pinned_and_its_truth_is_told() -> None:
    cases = load_cases()
    assert len(cases) >= 12
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        assert case.why, case.name
        assert case.why.endswith("."), case.name
        assert set(case.verdicts) <= {"load-only", "flaky-alone", "broken"}, case.name
        assert "::" in case.nodeid
        names = {re.fullmatch(r"([\w.-]+)==[\w.]+", one)[1].lower() for one in case.suite.requirements}  # type: ignore[index]
        assert names >= {"pytest", "pytest-xdist", "pytest-flakefinder", "pytest-rerunfailures"}, case.name


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"verdict": "undecided"}, "the verdict is undecided, not load-only"),
        ({"kind": "order"}, "the kind is order, not load"),
        ({"cause": "timing"}, "the cause is timing, not port or none"),
        ({"sentence": "it shares port 80"}, "the cause does not name port 99"),
    ],
)
def test_an_answer_is_judged_by_verdict_kind_and_cause(changes: dict[str, str], fault: str | None) -> None:
    answer = Answer(**{**vars(RIGHT), **changes})
    assert find_faults(CASE, answer) == ([fault] if fault else [])


def test_a_conclusion_of_bisect_is_judged_too() -> None:
    concluded = Answer(verdict="", sentence="none of its neighbours", seconds=1)
    assert "none of its neighbours" in find_faults(CASE, RIGHT, concluded)[0]


def test_the_table_has_all_misses_and_what_the_peers_say() -> None:
    other = ForeignCase(**{**vars(CASE), "name": "p: other"})
    results = Results()
    results.add(CASE.name, "measure", RIGHT)
    results.add(CASE.name, "flakefinder", PeerAnswer(failed=3, passed=146, rerun=0, seconds=9))
    seen = {"signatures": ["OSError: a | b"], "alone_runs": 9, "foreign_runs": 4}
    results.add(other.name, "measure", Answer(verdict="undecided", seconds=5, **seen))  # type: ignore[arg-type]
    results.add(other.name, "rerunfailures", PeerAnswer(failed=1, passed=29, rerun=7, seconds=4))
    report = Report("t", "c")
    third = ForeignCase(**{**vars(CASE), "name": "p: third"})
    summarise([CASE, other, third], results, report)
    text = report.markdown()
    assert "right: 1 of 2 cases that were measured, of 3" in text
    assert "3 of 149 failed" in text
    assert "29 of 30 passed, after 7 reruns" in text
    assert "* **p: other**: the verdict is undecided, not load-only" in text
    assert "4 runs were made while other programs used the machine." in text
    assert "| p: third | load-only: port | not measured |" in text
    rows = [line for line in text.splitlines() if line.startswith("| p:")]
    assert len({line.count(" | ") for line in rows}) == 1


def test_what_was_measured_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run has one part left, because the first was cut off; `again` makes all of them."""
    made: list[str] = []

    def make(part: str, answer: Answer | PeerAnswer) -> Callable[..., Answer | PeerAnswer]:
        def note_and_answer(*_: object) -> Answer | PeerAnswer:
            made.append(part)
            return answer

        return note_and_answer

    suite = InstalledSuite(tmp_path, Path(sys.executable))
    monkeypatch.setattr(abroad, "install", lambda *_: suite)
    monkeypatch.setattr(Bench, "_measure", make("measure", RIGHT))
    peer = PeerAnswer(failed=0, passed=1, rerun=0, seconds=1)
    monkeypatch.setattr(Bench, "_run_flakefinder", make("flakefinder", peer))
    monkeypatch.setattr(Bench, "_run_reruns", _raise_interrupt)
    plan = Plan(keep=tmp_path / "kept.jsonl")
    with pytest.raises(KeyboardInterrupt):
        _start(plan).measure(CASE, float("inf"))
    monkeypatch.setattr(Bench, "_run_reruns", make("rerunfailures", peer))
    bench = _start(plan)
    bench.measure(CASE, float("inf"))
    assert made == ["measure", "flakefinder", "rerunfailures"]
    assert bench.results.find(CASE, "measure") == RIGHT
    _start(Plan(keep=plan.keep, again=True)).measure(CASE, float("inf"))
    assert made[3:] == ["measure", "flakefinder", "rerunfailures"]


def test_a_result_of_another_version_is_not_taken_over(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    line = {"case": CASE.name, "suite": "p-0.9", "part": "measure", **vars(RIGHT)}
    kept.write_text(json.dumps(line) + "\n")
    assert _start(Plan(keep=kept)).results.find(CASE, "measure") is None


def test_a_result_that_was_cut_off_is_measured_again_and_the_others_are_kept(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    part = {"case": CASE.name, "suite": CASE.suite.label, "part": "measure"}
    keep_result(kept, {**part, **vars(RIGHT)})
    with kept.open("a") as file:
        file.write(json.dumps({**part, "part": "flakefinder"})[:-9])
    results = _start(Plan(keep=kept)).results
    assert (results.find(CASE, "measure"), results.find(CASE, "flakefinder")) == (RIGHT, None)
    peer = PeerAnswer(failed=0, passed=1, rerun=0, seconds=1)
    keep_result(kept, {**part, "part": "flakefinder", **vars(peer)})
    results = _start(Plan(keep=kept)).results
    assert (results.find(CASE, "measure"), results.find(CASE, "flakefinder")) == (RIGHT, peer)


def test_a_line_that_is_no_result_is_named(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text('{}\n{"case"\n{}\n')
    with pytest.raises(SystemExit, match="line 2"):
        list(read_results(kept))


def test_a_suite_that_cannot_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_suites, "INSTALL_SECONDS", 30)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    bench = Bench(Plan(cache=tmp_path), wheel=tmp_path / "none.whl")
    bench.measure(CASE, float("inf"))
    report = Report("t", "c")
    summarise([CASE], bench.results, report)
    assert "was not measured: pip download ended with" in report.markdown()


def test_a_source_distribution_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "p-1.0"
    home.mkdir()
    (tmp_path / "test_p.py").write_text("")
    with tarfile.open(home / "p-1.0.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "test_p.py", "p-1.0/test_p.py")
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(foreign_suites, "_pip", lambda _python, *arguments: called.append(arguments))
    monkeypatch.setattr(venv, "create", lambda folder, **_: (folder / "bin").mkdir(parents=True))
    wheel = tmp_path / "q.whl"
    wheel.write_text("1")
    suite = Suite("p", "1.0", ("pytest==9.0.2",))
    folder = install(suite, tmp_path, wheel).folder
    assert (folder / "test_p.py").exists()
    (folder / "made by a test").write_text("")
    (home / "venv" / "bin" / "flake-quarantine").write_text("")
    assert (install(suite, tmp_path, wheel).folder / "made by a test").exists()
    assert [arguments[0] for arguments in called] == ["install", "install", "install"]
    wheel.write_text("2")
    install(suite, tmp_path, wheel)
    assert called[3:] == [("install", "--quiet", "--no-deps", "--force-reinstall", str(wheel))]


def test_an_archive_of_two_folders_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "p-1.0"
    (home / "source" / "a").mkdir(parents=True)
    (home / "source" / "b").mkdir()
    (home / "p-1.0.tar.gz").write_text("")
    with pytest.raises(SuiteUnavailable, match="2 folders"):
        install(Suite("p", "1.0"), tmp_path, tmp_path)


_STUBBORN = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
print("written", flush=True)
time.sleep(600)
"""


def test_nothing_of_a_command_outlives_its_time(tmp_path: Path) -> None:
    done = run_in_group([sys.executable, "-c", _STUBBORN, str(tmp_path / "pid")], tmp_path, 5, patience=0.1)
    assert done.timed_out
    assert done.output == "written\n"
    child = int((tmp_path / "pid").read_text())
    wait_for(lambda: child not in list_processes(), "its child has ended")


def test_a_command_that_ends_says_how(tmp_path: Path) -> None:
    done = run_in_group([sys.executable, "-c", "import sys; print(1); sys.exit('no')"], tmp_path, 60)
    assert (done.status, done.output, done.errors, done.timed_out) == (1, "1\n", "no\n", False)


def test_the_copies_of_one_set_of_parameters_are_selected(tmp_path: Path) -> None:
    """Not those of a set whose name begins as that one does."""
    names = ("0-http", "1-http", "0-https", "1-http-2")
    sets = ", ".join(f"pytest.param(1, id={name!r})" for name in names)
    text = f"import pytest\n@pytest.mark.parametrize('x', [{sets}])\ndef test_a(x): pass\n"
    (tmp_path / "test_p.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        *select_copies("test_p.py::test_a[http]"),
    ]
    done = run_in_group(command, tmp_path, 60)
    assert re.findall(r"test_a\[(\S+)\]", done.output) == ["0-http", "1-http"]


def test_only_what_is_between_the_lines_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<b>\nold\n<e>\nz\n")
    write_between(page, "<b>\n", "<e>\n", "new")
    assert page.read_text() == "a\n<b>\n\nnew\n<e>\nz\n"


def _start(plan: Plan) -> Bench:
    bench = Bench(plan, wheel=Path("q.whl"))
    bench.recall([CASE])
    return bench


def _raise_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
