"""The summary of a CI job, on GitHub, Buildkite and GitLab."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine import job_summary
from flake_quarantine.job_summary import CUT, MAX_BYTES, Link, escape_cell, format_code, format_code_cell
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome

# Runs alone have no worker.
SUITE = 'import os\ndef test_x(): assert "PYTEST_XDIST_WORKER" not in os.environ\ndef test_y(): pass\n'
AGENT = "#!/bin/sh\nprintf '%s ' \"$@\" >> {folder}/told.txt\ncat >> {folder}/told.txt\nexit {status}\n"


def write_agent(folder: Path, status: int = 0) -> str:
    """Write a Buildkite agent that notes what it is told, and return a PATH that has it first."""
    agent = folder / "bin" / "buildkite-agent"
    agent.parent.mkdir()
    agent.write_text(AGENT.format(folder=folder, status=status))
    agent.chmod(0o755)
    return f"{agent.parent}:{os.environ['PATH']}"


@pytest.fixture
def suite(project: Any) -> Any:
    """A project whose one quarantined test fails under load."""
    project.write("tests/test_a.py", SUITE)
    project.write("pytest.ini", "[pytest]\nquarantine_alone_runs = 1\n")
    project.quarantine("tests/test_a.py::test_x")
    return project


@pytest.mark.parametrize("status", [0, 1], ids=["annotated", "refused"])
def test_a_buildkite_build_is_annotated_and_an_agent_that_fails_fails_nothing(suite: Any, status: int) -> None:
    path = write_agent(suite.folder, status)
    done = suite.pytest("-n2", BUILDKITE="true", BUILDKITE_JOB_ID="7", PATH=path)
    assert done.returncode == 0, done.stdout
    told = (suite.folder / "told.txt").read_text()
    assert told.startswith("annotate --append --style info --context flake-quarantine-7 ## Quarantine")
    assert "1 quarantined, 1 of them failed." in told


def test_without_an_agent_a_buildkite_job_runs_as_it_is(suite: Any) -> None:
    empty = suite.folder / "empty"
    empty.mkdir()
    assert suite.pytest("-n2", BUILDKITE="true", BUILDKITE_JOB_ID="7", PATH=str(empty)).returncode == 0


def test_gitlab_gets_links_and_any_system_a_markdown_file(suite: Any) -> None:
    files = {"QUARANTINE_SUMMARY": str(suite.folder / "s.md"), "QUARANTINE_ANNOTATIONS": str(suite.folder / "a.json")}
    for _ in range(2):  # a second command of the same job
        assert suite.pytest("-n2", **files).returncode == 0
    (link,) = json.loads((suite.folder / "a.json").read_text())["Quarantine"]
    label = "tests/test_a.py::test_x: passes alone: a concurrency flake (1 of 1 runs alone passed)"
    assert link == {"external_link": {"label": label, "url": "https://example.org/1"}}
    assert (suite.folder / "s.md").read_text().count("## Quarantine") == 2
    assert suite.command("check", "--days", "60", **files).returncode == 0
    assert "ends soon" in (suite.folder / "a.json").read_text()


def test_only_addresses_of_the_web_become_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARANTINE_ANNOTATIONS", str(tmp_path / "a.json"))
    job_summary.append("text", links=[Link("one", "LINK"), Link("two", "javascript:alert(1)")])
    assert json.loads((tmp_path / "a.json").read_text()) == {"Quarantine": []}


@pytest.mark.parametrize("text", ["[]", "1", '"a"', "null", '{"Quarantine": {"a": 1}}', "{"])
def test_what_is_no_file_of_links_is_replaced_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "a.json").write_text(text)
    monkeypatch.setenv("QUARANTINE_ANNOTATIONS", str(tmp_path / "a.json"))
    job_summary.append("text", links=[Link("one", "https://example.org/1")])
    (link,) = json.loads((tmp_path / "a.json").read_text())["Quarantine"]
    assert link["external_link"]["label"] == "one"


def test_a_summary_that_is_too_long_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARANTINE_SUMMARY", str(tmp_path / "s.md"))
    job_summary.append("ü" * MAX_BYTES)
    text = (tmp_path / "s.md").read_bytes()
    assert len(text) <= MAX_BYTES
    assert text.decode().endswith(CUT)


def test_a_summary_that_cannot_be_written_is_named_and_fails_no_run(suite: Any) -> None:
    target = str(suite.folder / "gone" / "s.md")
    done = suite.pytest("-n2", "--quarantine-history=h.db", QUARANTINE_SUMMARY=target)
    assert done.returncode == 0, done.stdout
    assert f"no summary of the job: [Errno 2] No such file or directory: '{target}'" in done.stdout
    assert (suite.folder / "h.db").exists()
    done = suite.command("check", "--days", "60", QUARANTINE_SUMMARY=target)
    assert (done.returncode, "ends soon" in done.stdout) == (4, True)


def test_outside_of_jobs_nothing_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*job_summary.FILE_VARIABLES, job_summary.LINKS_VARIABLE, "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    assert not job_summary.is_wanted()
    monkeypatch.setenv("BUILDKITE", "true")
    monkeypatch.setenv("BUILDKITE_JOB_ID", "7")
    assert job_summary.is_wanted()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("test_a.py::x[<b>]", "`test_a.py::x[<b>]`"),
        ("x[`](http://a)`<img>``]", "``` x[`](http://a)`<img>``] ```"),
        ("`", "`` ` ``"),
        ("a\n\n# b", "`a  # b`"),
    ],
)
def test_a_name_is_code_with_any_backticks_in_it(text: str, code: str) -> None:
    assert format_code(text) == code


def test_a_text_of_others_makes_nothing_of_its_own_in_a_table() -> None:
    assert escape_cell("a|b\r\nc [d](e) <img> `f` \\| @g") == r"a\|b c \[d](e) \<img> \`f\` \\\| @g"
    assert format_code_cell("a|b") == r"`a\|b`"


def test_a_pytest_that_a_measured_test_starts_writes_no_summary(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*job_summary.FILE_VARIABLES, job_summary.LINKS_VARIABLE, job_summary.BUILDKITE_JOB):
        monkeypatch.setenv(name, "7")
    monkeypatch.setenv("BUILDKITE", "true")
    project.write(
        "tests/test_a.py",
        "from flake_quarantine import job_summary\ndef test_x(): assert not job_summary.is_wanted()\n",
    )
    run = PytestRunner(project.folder, cwd=project.folder).run_alone("tests/test_a.py::test_x")
    assert (run.outcome, run.text) == (Outcome.PASSED, "")
