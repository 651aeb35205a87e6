"""What `check` finds in the register, what `remind` tells its owners, and the command that files issues."""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.campaigns.hunter import HuntResult
from flake_quarantine.cli import issue_command
from flake_quarantine.cli.campaign_commands import propose_entries
from flake_quarantine.cli.findings import Facts, Problem, find_problems
from flake_quarantine.cli.issue_command import Notice, give_notice, run_issue_command
from flake_quarantine.cli.main import run
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.register import Entry, Evidence, Kind, Register

TODAY = dt.date(2030, 1, 31)
# Appends what it is told to a file, and prints the link that it knows or a new one.
TRACKER = """
import os, sys
with open("told.txt", "a") as file:
    file.write("|".join(os.environ["QUARANTINE_" + name] for name in ("EVENT", "NODEID", "OWNER", "ISSUE")) + chr(10))
    assert os.environ["QUARANTINE_TITLE"] and sys.stdin.read()
print("done" + chr(10) + (os.environ["QUARANTINE_ISSUE"] or "https://example.org/9"))
"""


def make_entry(nodeid: str, days: int = 30, owner: str = "maria", alone_failures: int = 0) -> Entry:
    """Make an entry that ends so many days after today."""
    return Entry(
        nodeid=nodeid,
        kind=Kind.LOAD,
        reason="shares a port",
        owner=owner,
        issue="https://example.org/1",
        since=TODAY - dt.timedelta(29),
        expires=TODAY + dt.timedelta(days),
        evidence=Evidence(alone_runs=30, alone_failures=alone_failures, load_runs=100, load_failures=3),
    )


@pytest.mark.parametrize(
    ("entry", "facts", "problems"),
    [
        (make_entry("a.py::x"), {}, []),
        (make_entry("a.py::x", 7), {}, [Problem.ENDS_SOON]),
        (make_entry("a.py::x", 8), {}, []),
        (make_entry("a.py::x", -1), {}, [Problem.EXPIRED]),
        (make_entry("a.py::x", owner=""), {}, [Problem.NO_OWNER]),
        (make_entry("a.py::gone"), {}, [Problem.MISSING]),
        (make_entry("a.py"), {}, []),
        (make_entry("a.py::gone"), {"collected": None}, []),
        (make_entry("a.py::x", alone_failures=1), {}, [Problem.NOT_ELIGIBLE]),
        (make_entry("a.py"), {"verdicts": {"a.py::x": "healed", "a.py::y": "flaky-alone"}}, [Problem.NOT_ELIGIBLE]),
        (make_entry("a.py::x"), {"verdicts": {"a.py::x": "expired"}}, []),
        (
            make_entry("a.py::x"),
            {"verdicts": {"a.py::x": "healed"}, "healed_since": {"a.py::x": TODAY - dt.timedelta(14)}},
            [Problem.HEALED],
        ),
        (
            make_entry("a.py"),
            {
                "verdicts": {"a.py::x": "healed", "a.py::y": "load-only"},
                "healed_since": {"a.py::x": TODAY - dt.timedelta(20)},
            },
            [],
        ),
    ],
)
def test_what_is_wrong_with_an_entry_is_found(entry: Entry, facts: dict[str, Any], problems: list[Problem]) -> None:
    register = Register(Path("q.toml"), (entry,))
    given: dict[str, Any] = {"today": TODAY, "collected": ["a.py::x", "a.py::y"], **facts}
    found = find_problems(register, Facts(**given), days=7)
    assert [one.problem for one in found] == problems
    assert [one.fails for one in found] == [problem is not Problem.ENDS_SOON for problem in problems]


def test_a_file_that_cannot_be_collected_is_not_taken_for_a_test_that_is_gone() -> None:
    register = Register(Path("q.toml"), (make_entry("b.py::x"), make_entry("c.py::x")))
    found = find_problems(register, Facts(today=TODAY, collected=["a.py::x"], uncollected=["b.py"]), days=7)
    assert [one.text for one in found] == ["pytest cannot collect its file", "there is no such test"]


def test_check_fails_a_build_by_what_is_wrong_and_not_by_what_ends_soon(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\ndef test_y(): pass\n")
    project.write("tests/test_b.py", "import no_such_module\n")
    project.quarantine("tests/test_a.py::test_x", expires=1)
    done = project.command("check")
    assert done.returncode == 0, done.stderr
    assert "ends soon: tests/test_a.py::test_x: 1 day left (me, https://example.org/1)" in done.stdout
    project.quarantine("tests/test_a.py::test_x", "tests/test_a.py::test_z", "tests/test_b.py", owner="")
    done = project.command("check", "--json", GITHUB_STEP_SUMMARY=str(project.folder / "summary.md"))
    assert done.returncode == 1
    found = {(one["nodeid"], one["problem"]) for one in json.loads(done.stdout)}
    assert found == {
        ("tests/test_a.py::test_x", "no owner"),
        ("tests/test_a.py::test_z", "missing"),
        ("tests/test_a.py::test_z", "no owner"),
        ("tests/test_b.py", "missing"),
        ("tests/test_b.py", "no owner"),
    }
    assert "| `tests/test_a.py::test_z` | **missing** |" in (project.folder / "summary.md").read_text()


def test_an_empty_register_is_true(project: Any) -> None:
    assert project.json("check") == []


def write_tracker(project: Any) -> str:
    """Write the tracker, and return the command that runs it."""
    return f"{sys.executable} {project.write('tracker.py', TRACKER)}"


def read_told(project: Any) -> list[str]:
    """Return what the tracker was told."""
    told = project.folder / "told.txt"
    return told.read_text().splitlines() if told.exists() else []


def test_an_owner_is_reminded_once_of_each_event(project: Any) -> None:
    command = write_tracker(project)
    project.quarantine("tests/test_a.py::test_x", expires=3)
    words = ("remind", "--issue-command", command, "--history", "h.db")
    assert "ends soon: tests/test_a.py::test_x: 3 days left" in project.command(*words).stdout
    assert project.command(*words).stdout == "nobody is to be reminded\n"
    assert read_told(project) == ["ends soon|tests/test_a.py::test_x|me|https://example.org/1"]
    project.quarantine("tests/test_a.py::test_x", since=-20, expires=-1)
    assert project.command(*words).returncode == 0
    assert read_told(project)[1:] == ["expired|tests/test_a.py::test_x|me|https://example.org/1"]


def test_without_a_command_reminders_are_printed_and_a_failing_one_is_told_and_repeated(project: Any) -> None:
    project.quarantine("tests/test_a.py::test_x", "tests/test_a.py::test_y", expires=3)
    assert [one["problem"] for one in project.json("remind")] == ["ends soon"] * 2
    for _ in range(2):
        done = project.command("remind", "--issue-command", "echo no network >&2; false", "--history", "h.db")
        assert done.returncode == 1
        assert done.stderr.count("no network") == 2 * 2  # each has the command and what it printed


def test_adding_an_entry_files_an_issue_and_writes_its_link(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    words = ("add", "tests/test_a.py::test_x", "--owner", "me", "--reason", "r", "--alone", "0/30", "--load", "3/100")
    assert "--issue-command" in project.command(*words).stderr
    assert "printed no link" in project.command(*words, "--issue-command", "true").stderr
    assert not (project.folder / "tests/quarantine.toml").exists()
    filing = (*words, "--issue-command", write_tracker(project))
    assert project.command(*filing).returncode == 0
    assert project.json("list")[0]["issue"] == "https://example.org/9"
    assert "is already in" in project.command(*filing).stderr
    assert read_told(project) == ["quarantined|tests/test_a.py::test_x|me|"]


def make_notice(issue: str = "") -> Notice:
    """Make a notice of a test."""
    return Notice(event="found", nodeid="a.py::x", owner="", issue=issue, title="a title", text="a text")


def test_the_link_of_an_earlier_notice_is_handed_to_the_next_one(tmp_path: Path) -> None:
    with History(tmp_path / "h.db") as history:
        assert give_notice("echo LINK-1", make_notice(), history, key="found") == ("LINK-1", True)
        assert give_notice("echo LINK-2", make_notice(), history, key="found") == ("LINK-1", False)
        assert give_notice('echo "$QUARANTINE_ISSUE-b"', make_notice(), history, key="more") == ("LINK-1-b", True)
    with History(tmp_path / "all.db") as merged:
        merged.merge(tmp_path / "h.db")
        merged.merge(tmp_path / "h.db")
        assert [row.event for row in merged.list_notices("a.py::x")] == ["found", "more"]


def test_an_issue_that_was_not_filed_is_filed_the_next_time(tmp_path: Path) -> None:
    with History(tmp_path / "h.db") as history:
        with pytest.raises(QuarantineError, match="printed no link"):
            give_notice("true", make_notice(), history, key="quarantined", needs_link=True)
        assert give_notice("echo LINK", make_notice(), history, key="quarantined", needs_link=True) == ("LINK", True)
        assert give_notice("false", make_notice(), history, key="quarantined", needs_link=True) == ("LINK", False)


def test_a_command_that_prints_nothing_leaves_the_link_as_it_is() -> None:
    assert run_issue_command("true", make_notice("LINK")) == "LINK"
    with pytest.raises(QuarantineError, match="exit status 3"):
        run_issue_command("exit 3", make_notice())


def test_a_command_that_does_not_end_is_ended_with_what_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_command, "COMMAND_SECONDS", 1.0)
    os.mkfifo(tmp_path / "fifo")
    # The end of the pipe that is written to is open while any of the processes lives, and in the test until then.
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(tmp_path / "fifo", os.O_WRONLY)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QuarantineError, match="it did not end within 1 s"):
        run_issue_command("exec 9> fifo; sleep 60 & wait", make_notice())
    os.close(writer)
    assert select.select([reader], [], [], 10)[0]
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.parametrize("title", ["a\0b", "a" * 3_000_000], ids=["nul", "long"])
def test_a_text_that_no_variable_can_hold_is_an_error_that_names_the_test(title: str) -> None:
    with pytest.raises(QuarantineError, match=r"cannot be started for 'a.py::x'"):
        run_issue_command("true", replace(make_notice(), title=title))


def test_output_that_is_no_text_leaves_the_link_readable() -> None:
    assert run_issue_command("printf '\\377\\nLINK\\n'", make_notice()) == "LINK"


def test_a_named_register_that_is_missing_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--register", str(tmp_path / "none.toml")]) == 4
    assert "there is no such register" in capsys.readouterr().err


def test_a_candidate_of_a_hunt_is_proposed_with_the_issue_that_was_filed() -> None:
    tally = Tally([Rung(2, runs=10, failures=4)], alone_runs=10)
    found = [Measurement(nodeid=f"a.py::{name}", tally=tally, verdict=Verdict.LOAD_ONLY) for name in "xy"]
    links = {"a.py::x": "https://example.org/9", "a.py::y": ""}
    proposals = propose_entries(HuntResult(candidates=found), TODAY, lambda one: links[one.nodeid])
    assert 'issue = "https://example.org/9"' in proposals["a.py::x"]
    assert 'issue = "LINK"' in proposals["a.py::y"]
