"""What an ordinary run has found out: its entries, its failed tests, and the rules of the register that it breaks."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from flake_quarantine.node_ids import extract_path
from flake_quarantine.pytest_plugin.failed_tests import FailedTest, format_add_command
from flake_quarantine.register import Entry, Register

LOST = "collected, but never run: the workers that should have run it died"
MAX_LOST_REPORTS = 50  # the next report names all others


@dataclass(frozen=True)
class Violation:
    """Something that fails the run although no unlisted test failed; `when` is `setup` or `call`."""

    nodeid: str
    when: str
    text: str

    def make_report(self) -> pytest.TestReport:
        """Make a failed report, which reporters and JUnit XML treat like that of a test."""
        return pytest.TestReport(
            nodeid=self.nodeid,
            location=(extract_path(self.nodeid), None, self.nodeid),
            keywords={},
            outcome="failed",
            longrepr=self.text,
            when="call" if self.when == "call" else "setup",
        )


@dataclass
class RunState:
    """What the process that reports knows about the run."""

    register: Register
    today: dt.date
    failed_tests: dict[str, FailedTest] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    selected: set[str] = field(default_factory=set)  # entries whose tests were selected
    missing: set[str] | None = None  # entries without a test; None: nothing was collected yet
    lost: list[str] = field(default_factory=list)  # tests that were collected and not run
    examines: bool = True  # whether quarantined failures are run again alone

    def add_collection(self, collected: Mapping[str, Sequence[str]]) -> None:
        """Add what one worker collected; an entry is missing if every worker misses it."""
        self.selected.update(collected["selected"])
        missing = set(collected["missing"])
        self.missing = missing if self.missing is None else self.missing & missing

    def find_violations(self) -> None:
        """Fill `violations`.

        These are entries without a test, expired ones, quarantined tests that fail alone or were not run alone, and
        tests that were not run at all.
        """
        self.violations = [*self._check_entries(), *self._check_failures(), *self._check_lost_tests()]

    def list_add_commands(self) -> list[str]:
        """Return the commands that quarantine the flakes that this run found."""
        return [format_add_command(failed) for failed in self.failed_tests.values() if failed.is_new_flake]

    def _check_entries(self) -> Iterator[Violation]:
        for entry in self.register.entries:
            if entry.nodeid in (self.missing or ()):
                yield Violation(entry.nodeid, "setup", _describe_missing(entry, self.register))
            elif entry.nodeid in self.selected and entry.count_days_left(self.today) < 0:
                yield Violation(entry.nodeid, "setup", _describe_expired(entry, self.register))

    def _check_failures(self) -> Iterator[Violation]:
        """What was not examined is not excused."""
        for failed in self.failed_tests.values():
            if failed.entry and failed.alone_failure:
                text = f"quarantined, but it fails alone too: a regression, not a flake\n{failed.doubt}\n"
                text += failed.alone_failure.text
                yield Violation(failed.report.nodeid, "call", text)
            elif failed.entry and self.examines and not failed.is_examined:
                yield Violation(failed.report.nodeid, "call", _describe_unexamined(failed))

    def _check_lost_tests(self) -> Iterator[Violation]:
        for nodeid in self.lost[:MAX_LOST_REPORTS]:
            yield Violation(nodeid, "setup", LOST)
        rest = self.lost[MAX_LOST_REPORTS:]
        if rest:
            yield Violation(rest[0], "setup", "\n".join([f"{LOST}, nor were {len(rest) - 1} more:", *rest[1:]]))


def _describe_missing(entry: Entry, register: Register) -> str:
    return (
        f"{register.path}:{entry.line}: {entry.nodeid} is quarantined, but there is no such test any more\n"
        f"take the entry out: flake-quarantine release {shlex.quote(entry.nodeid)}"
    )


def _describe_expired(entry: Entry, register: Register) -> str:
    return (
        f"{register.path}:{entry.line}: the quarantine of {entry.nodeid} expired on {entry.expires}\n"
        f"mend the test and release it, or measure it again: flake-quarantine measure {shlex.quote(entry.nodeid)}"
    )


def _describe_unexamined(failed: FailedTest) -> str:
    return (
        f"quarantined, but {failed.conclusion}: a failure that nothing has examined is not excused\n"
        f"raise quarantine_total_seconds, or set quarantine_alone_runs = 0 to excuse all\n\n{failed.last_output}"
    )
