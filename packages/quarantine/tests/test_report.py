"""The HTML report: what it says of entries, and flakes apart from tests that always fail."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake_quarantine.cli.html_report import write_report
from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.register import Entry, Evidence, Kind, Register

TODAY = dt.date(2030, 1, 31)
EVIDENCE = Evidence(alone_runs=30, alone_failures=0, load_runs=100, load_failures=3)


def make_entry(nodeid: str, issue: str = "https://example.org/issues/7", days: int = 9) -> Entry:
    """Make an entry that ends so many days after today."""
    return Entry(
        nodeid=nodeid,
        kind=Kind.LOAD,
        reason="shares <a> port",
        owner="maria",
        issue=issue,
        since=dt.date(2030, 1, 10),
        expires=TODAY + dt.timedelta(days),
        evidence=EVIDENCE,
    )


def report(folder: Path, entries: Sequence[Entry] = ()) -> str:
    """Write a report of one flake, one test that failed each time and one that was measured as broken."""
    with History(folder / "h.db") as history:
        for failed in (True, False):
            rows = [("a.py::flaky", failed), ("a.py::always", True), ("a.py::broken", failed)]
            history.append(
                Outcomes("run", 2, [OutcomeRow(name, "failed" if bad else "passed", 0.1, "s") for name, bad in rows])
            )
        history.append_verdict("a.py::broken", "broken", "{}")
        write_report(folder / "r.html", history, Register(folder / "q.toml", tuple(entries)), TODAY)
    return (folder / "r.html").read_text()


def read_list(page: str, title: str) -> list[str]:
    """Return the node ids of the list with this title."""
    (items,) = re.findall(rf"<h2[^>]*>{re.escape(title)}</h2><ul>(.*?)</ul>", page)
    return [re.sub("<.*?>", "", code) for code in re.findall("<code>(.*?)</code>", items)]


def test_flakes_are_told_from_tests_that_always_fail(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert read_list(page, "Flaky, not listed") == ["a.py::flaky"]
    assert read_list(page, "Always failing: no flakes, to be mended") == ["a.py::always", "a.py::broken"]
    assert "3 tests that ever failed or were measured, 2 of them always fail" in page


def test_an_entry_has_its_issue_dates_and_a_link_to_its_rate(tmp_path: Path) -> None:
    page = report(tmp_path, [make_entry("a.py::flaky")])
    (row,) = re.findall("<tr data-test>(.*?)</tr>", page)
    assert "<a href='https://example.org/issues/7'>issues/7</a>" in row
    assert "shares &lt;a&gt; port" in row
    assert "<td data-label='since'>2030-01-10" in row
    assert "<td data-label='expires'>2030-02-09" in row
    (anchor,) = re.findall("<a href='#(t\\d+)'>", row)
    assert f"<details id={anchor} data-test='a.py::flaky'" in page


@pytest.mark.parametrize("issue", ["javascript:alert(1)", "LINK", "https://x' onclick='alert(1)"])
def test_an_issue_is_a_link_only_to_the_web_and_nothing_else(tmp_path: Path, issue: str) -> None:
    page = report(tmp_path, [make_entry("a.py::flaky", issue)])
    assert "href='javascript" not in page
    assert "onclick='" not in page


def test_entries_that_expired_come_before_those_that_last_when_sorted(tmp_path: Path) -> None:
    page = report(tmp_path, [make_entry(f"a.py::t{days}", days=days) for days in (-1, 0, 9)])
    keys = [int(key) for key in re.findall("data-label='days left' data-sort=(\\d+)", page)]
    assert keys == sorted(keys)
    assert "expired 1 day ago" in page
