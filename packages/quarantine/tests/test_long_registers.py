"""A register of many entries: what asks for something comes first, by owner and by cause."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.cli import register_editor
from flake_quarantine.cli.groups import group_by_cause, group_by_owner, make_group
from flake_quarantine.cli.html_report import write_report
from flake_quarantine.cli.main import run
from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.register import Entry, Evidence, Kind, Register, load

ENTRIES = 200


def make_entry(number: int) -> Entry:
    """Make the entry of a number: one of ten owners, or none, and an end 30 days around today."""
    since = dt.date.today() - dt.timedelta(30)
    return Entry(
        nodeid=f"tests/test_{number % 40:02}.py::test_{number:03}",
        kind=Kind.LOAD,
        reason="shares a port",
        owner="" if number == 77 else f"team-{number % 10}",
        issue=f"https://example.org/issues/{number}",
        since=since,
        expires=since + dt.timedelta(28 + (number * 7) % 33),
        evidence=Evidence(alone_runs=30, alone_failures=0, load_runs=100, load_failures=3),
    )


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    """A register of many entries, with a history next to it."""
    folder = tmp_path_factory.mktemp("long")
    path, entries = folder / "quarantine.toml", [make_entry(number) for number in range(ENTRIES)]
    path.write_text("\n".join(map(register_editor.format_entry, entries)))
    with History(folder / "h.db") as history:
        for chance in range(3):
            rows = [
                OutcomeRow(entry.nodeid, "failed" if n % 3 > chance else "passed", 0.1, "s")
                for n, entry in enumerate(entries)
            ]
            history.append(Outcomes("run", 2, rows))
        for number, cause in (
            (0, {"kind": "port", "sentence": "s"}),
            (1, None),
            (2, {"kind": "timing", "sentence": "s"}),
        ):
            history.append_verdict(entries[number].nodeid, "load-only", json.dumps({"cause": cause}))
        history.append_verdict(entries[0].nodeid, "load-only", json.dumps({"cause": {"kind": "file", "sentence": "s"}}))
    return load(path)


def list_entries(register: Register, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run `list`, and return its exit status and what it prints."""
    with contextlib.chdir(register.path.parent):
        status = run(["list", "--register", str(register.path), *words])
    return status, capsys.readouterr().out


def test_the_list_says_first_what_asks_for_something(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = list_entries(register, capsys)
    head, *lines = text.splitlines()
    today = dt.date.today()
    left = [entry.count_days_left(today) for entry in register.entries]
    expired, soon = sum(days < 0 for days in left), sum(0 <= days <= 7 for days in left)
    assert status == 1
    assert head == (
        f"{register.path}: {ENTRIES} entries: {expired} expired, {soon} end within 7 days, 1 without an owner"
    )
    assert len(lines) == ENTRIES
    assert [line.startswith("EXPIRED") for line in lines] == [True] * expired + [False] * (ENTRIES - expired)
    assert len({line.index("tests/test_") for line in lines}) == 1  # one column, below each other


def test_the_list_is_narrowed_to_an_owner_and_to_what_ends(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    status, text = list_entries(register, capsys, "--json", "--owner", "team-3", "--within", "20")
    found = json.loads(text)
    assert {entry["owner"] for entry in found} == {"team-3"}
    assert max(entry["days_left"] for entry in found) <= 20
    assert [entry["days_left"] for entry in found] == sorted(entry["days_left"] for entry in found)
    assert status == int(found[0]["days_left"] < 0)


def read_groups(text: str) -> Mapping[str, str]:
    """Return the headings of groups."""
    return dict(re.findall(r"\n\n(.+?): (\d+ entr.+)", text))


def test_the_list_is_grouped_by_owner_and_by_cause(register: Register, capsys: pytest.CaptureFixture[str]) -> None:
    owners = read_groups(list_entries(register, capsys, "--by", "owner")[1])
    assert list(owners) == ["NO OWNER", *(f"team-{number}" for number in range(10))]
    assert owners["team-7"].startswith("19 entries")
    history = str(register.path.parent / "h.db")
    causes = read_groups(list_entries(register, capsys, "--by", "cause", "--history", history)[1])
    assert {name: text.split(" ")[0] for name, text in causes.items()} == {
        "file": "1",
        "not known": "198",
        "timing": "1",
    }


def test_groups_count_what_asks_for_something(register: Register) -> None:
    today = dt.date.today()
    groups = group_by_owner(register, today)
    assert sum(len(group.entries) for group in groups) == ENTRIES
    whole = make_group("", register.entries, today)
    assert sum(group.expired for group in groups) == whole.expired > 0
    assert [group.name for group in group_by_cause(register, None, today)] == ["not known"]
    assert make_group("", register.entries[:1], today).describe().startswith("1 entry")


def test_the_page_has_both_groups_and_charts_that_open_with_a_click(register: Register, tmp_path: Path) -> None:
    with History(register.path.parent / "h.db") as history:
        write_report(tmp_path / "r.html", history, register, dt.date.today())
    page = (tmp_path / "r.html").read_text()
    assert "<h2>Entries by owner</h2>" in page
    assert "data-search='team-3'" in page
    assert "<details><summary>timing</summary><ul><li><code>" in page
    assert "<details id=t0 data-test=" in page
    assert " open><summary>" not in page
    ends = [int(key) for key in re.findall("data-label='days left' data-sort=(\\d+)", page)]
    assert ends == sorted(ends)


def test_an_owner_of_several_is_found_by_each_name(
    project: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("CODEOWNERS", "* @one @two\n")
    path = project.quarantine("tests/test_a.py", owner="")
    monkeypatch.chdir(project.folder)
    assert run(["list", "--json", "--register", str(path), "--owner", "@two"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
