"""The quarantine's part of a run's summary, on the terminal and in the summary of a CI job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from flake_quarantine import job_summary
from flake_quarantine.job_summary import Link, escape_cell, format_code, format_code_cell
from flake_quarantine.pytest_plugin.failed_tests import FailedTest
from flake_quarantine.pytest_plugin.run_state import RunState, Violation
from flake_quarantine.register import Entry, format_days_left

LINES_OF_FAILURE = 12
MAX_NAMES = 5  # of tests that broke the same rule
WARNING_DAYS = 7  # an entry that ends within so many days is named in every run


def write_line(config: pytest.Config, line: str, *, red: bool = False) -> None:
    """Write a line on the terminal, if there is one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write_line(f"flake-quarantine: {line}", red=red)


def write_terminal(state: RunState, reporter: pytest.TerminalReporter) -> None:
    """Write quarantined failures, then failures that were run again alone."""
    quarantined = [(failed, failed.entry) for failed in state.failed_tests.values() if failed.entry]
    rerun = [failed for failed in state.failed_tests.values() if not failed.entry and failed.alone]
    if quarantined:
        reporter.write_sep("=", "quarantined failures", yellow=True)
    for failed, entry in quarantined:
        _write_quarantined(failed, entry, entry.count_days_left(state.today), reporter)
    if rerun:
        reporter.write_sep("=", "failures, run again alone", yellow=True)
    for failed in rerun:
        _write_conclusion(failed, reporter)
        for line in failed.last_output.splitlines()[-LINES_OF_FAILURE:]:
            reporter.write_line(f"  | {line}")
    _write_ending_entries(state, reporter)
    commands = state.list_add_commands()
    if commands:
        reporter.write_line("measure it, mend it, or quarantine it:")
    for command in commands:
        reporter.write_line(f"  {command}")


def _write_conclusion(failed: FailedTest, reporter: pytest.TerminalReporter) -> None:
    doubt = f" ({failed.doubt})" if failed.doubt else ""
    reporter.write_line(f"{failed.nodeid}: {failed.conclusion}{doubt}")


def write_job_summary(state: RunState) -> None:
    """Append the quarantine's part to the job summary, if something shows one."""
    if not job_summary.is_wanted():
        return
    failed_tests = state.failed_tests.values()
    is_red = bool(state.violations) or any(failed.entry is None for failed in failed_tests)
    links = [
        Link(f"{failed.nodeid}: {failed.conclusion}", failed.entry.issue) for failed in failed_tests if failed.entry
    ]
    job_summary.append("\n".join(_format_markdown(state)) + "\n", is_red=is_red, links=links)


def _write_quarantined(failed: FailedTest, entry: Entry, days_left: int, reporter: pytest.TerminalReporter) -> None:
    _write_conclusion(failed, reporter)
    reporter.write_line(
        f"  {entry.reason} · {entry.owner or 'no owner'} · {entry.issue} · {format_days_left(days_left)}"
    )
    for line in str(failed.report.longrepr).splitlines()[-LINES_OF_FAILURE:]:
        reporter.write_line(f"  | {line}")


def _write_ending_entries(state: RunState, reporter: pytest.TerminalReporter) -> None:
    """Warn of entries that will soon fail the run."""
    for entry in state.register.entries:
        left = entry.count_days_left(state.today)
        if entry.nodeid in state.selected and 0 <= left <= WARNING_DAYS:
            owner = entry.owner or "no owner"
            reporter.write_line(
                f"the quarantine of {entry.nodeid} ends: {format_days_left(left)} ({owner}, {entry.issue})", yellow=True
            )


def _format_markdown(state: RunState) -> Iterator[str]:
    failed_tests = state.failed_tests.values()
    entries = [entry for entry in state.register.entries if entry.nodeid in state.selected]
    yield from ("## Quarantine", "")
    yield f"{len(entries)} quarantined, {sum(1 for failed in failed_tests if failed.entry)} of them failed."
    if entries:
        yield from ("", "| test | this run | kind | owner | issue | days left |", "|---|---|---|---|---|---:|")
        yield from (_format_entry(entry, state) for entry in entries)
    others = [failed for failed in failed_tests if not failed.entry]
    if others:
        yield from ("", "| failed, not quarantined | run again alone |", "|---|---|")
        yield from (f"| {format_code_cell(failed.nodeid)} | {escape_cell(failed.conclusion)} |" for failed in others)
    for command in state.list_add_commands():
        yield from ("", f"    {command}")
    yield ""
    yield from _format_violations(state.violations)
    yield ""


def _format_entry(entry: Entry, state: RunState) -> str:
    failed = [failed for failed in state.failed_tests.values() if failed.entry == entry]
    conclusions = Counter(one.conclusion for one in failed)
    result = "; ".join(f"{count} × {text}" if count > 1 else text for text, count in conclusions.items()) or "passed"
    cells = map(escape_cell, (result, entry.kind, entry.owner or "**none**", entry.issue))
    left = str(entry.count_days_left(state.today))
    return f"| {' | '.join((format_code_cell(entry.nodeid), *cells, left))} |"


def _format_violations(violations: Sequence[Violation]) -> Iterator[str]:
    """Say once what several tests broke, and name the first of them."""
    names: dict[str, list[str]] = {}
    for violation in violations:
        names.setdefault(violation.text.splitlines()[0], []).append(format_code(violation.nodeid))
    for text, nodeids in names.items():
        more = f" and {len(nodeids) - MAX_NAMES} more" if len(nodeids) > MAX_NAMES else ""
        yield f"- **{escape_cell(text)}**: {', '.join(nodeids[:MAX_NAMES])}{more}"
