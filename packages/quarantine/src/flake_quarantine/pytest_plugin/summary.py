"""What a run says at its end, on the terminal and in GitHub's job summary."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flake_quarantine.pytest_plugin.failed_tests import Finding

if TYPE_CHECKING:
    from flake_quarantine.pytest_plugin.controller import Supervisor

LINES_OF_FAILURE = 12


def say(config: pytest.Config, line: str) -> None:
    """Write a line on the terminal, if there is one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write_line(f"flake-quarantine: {line}")


def write_terminal(run: Supervisor, reporter: pytest.TerminalReporter) -> None:
    """Show quarantined failures, then failures that were run again alone."""
    quarantined = [finding for finding in run.findings.values() if finding.entry]
    examined = [finding for finding in run.findings.values() if not finding.entry and finding.alone]
    if quarantined:
        reporter.write_sep("=", "quarantined failures", yellow=True)
    for finding in quarantined:
        _show_quarantined(run, reporter, finding)
    if examined:
        reporter.write_sep("=", "failures, run again alone", yellow=True)
    for finding in examined:
        reporter.write_line(f"{finding.nodeid}: {finding.conclusion}")
    commands = run.commands()
    if commands:
        reporter.write_line("measure it, mend it, or quarantine it:")
    for command in commands:
        reporter.write_line(f"  {command}")


def _show_quarantined(run: Supervisor, reporter: pytest.TerminalReporter, finding: Finding) -> None:
    entry = finding.entry
    if entry is None:
        return
    days = entry.days_left(run.today)
    reporter.write_line(f"{finding.nodeid}: {finding.conclusion}")
    reporter.write_line(f"  {entry.reason} · {entry.owner or 'no owner'} · {entry.issue} · {days} days left")
    for line in str(finding.report.longrepr).splitlines()[-LINES_OF_FAILURE:]:
        reporter.write_line(f"  | {line}")


def write_github(run: Supervisor) -> None:
    """Append the quarantine's part to the job summary, if the run is a GitHub job."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return
    with Path(target).open("a", encoding="utf-8") as file:
        file.write(_markdown(run))


def _markdown(run: Supervisor) -> str:
    lines = ["## Quarantine", ""]
    entries = [entry for entry in run.register.entries if entry.nodeid in run.selected]
    lines.append(f"{len(entries)} quarantined, {sum(1 for f in run.findings.values() if f.entry)} of them failed.")
    if entries:
        lines += ["", "| test | this run | kind | owner | issue | days left |", "|---|---|---|---|---|---:|"]
    for entry in entries:
        failed = [finding for finding in run.findings.values() if finding.entry == entry]
        state = "; ".join(finding.conclusion for finding in failed) or "passed"
        cells = (f"`{entry.nodeid}`", state, entry.kind, entry.owner or "**none**", entry.issue)
        lines.append("| " + " | ".join(map(_cell, cells)) + f" | {entry.days_left(run.today)} |")
    others = [finding for finding in run.findings.values() if not finding.entry]
    if others:
        lines += ["", "| failed, not quarantined | run again alone |", "|---|---|"]
        lines += [f"| {_cell(f'`{finding.nodeid}`')} | {_cell(finding.conclusion)} |" for finding in others]
    for command in run.commands():
        lines += ["", f"    {command}"]
    lines += ["", *(f"- **{_cell(problem.text.splitlines()[0])}**" for problem in run.problems), ""]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
