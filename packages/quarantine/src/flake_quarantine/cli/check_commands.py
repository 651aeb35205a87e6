"""The commands that look at the register for others: check for CI, and remind for the owners of its entries."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from flake_quarantine import job_summary
from flake_quarantine.cli import render
from flake_quarantine.cli.findings import Facts, Finding, find_problems, read_verdicts
from flake_quarantine.cli.invocation import Invocation
from flake_quarantine.cli.issue_command import Notice, give_notice
from flake_quarantine.errors import QuarantineError
from flake_quarantine.job_summary import Link, escape_cell, format_code, format_code_cell
from flake_quarantine.node_ids import extract_path
from flake_quarantine.register import Register


def check(invocation: Invocation) -> int:
    """Check that all entries are true: their tests exist, none has expired, each has an owner."""
    register = invocation.load_register()
    found = _find_problems(invocation, register, collects=True)
    invocation.print_result([_serialize(one) for one in found], lambda: _format_check(register, found))
    is_red = any(one.fails for one in found)
    if found:
        links = [Link(f"{one.entry.nodeid}: {one.problem}", one.entry.issue) for one in found]
        job_summary.append(_tabulate(found), is_red=is_red, links=links)
    return int(is_red)


def remind(invocation: Invocation) -> int:
    """Remind the owners of entries that end soon, have expired or are not true, once each with --history."""
    command, failed, told = invocation.options.issue_command, [], []
    found = _find_problems(invocation, invocation.load_register(), collects=False)
    with invocation.open_history() as history:
        for one in found if command else ():
            try:
                answer = give_notice(
                    command, _make_notice(one), history, key=f"{one.problem}, until {one.entry.expires}"
                )
            except QuarantineError as error:  # the others are to be told all the same
                failed.append(f"{one.entry.nodeid}: {error}")
                continue
            if answer.is_new:
                told.append({**_serialize(one), "issue": answer.issue})
    answers = told if command else [_serialize(one) for one in found]
    invocation.print_result(answers, lambda: "\n".join(map(_format_answer, answers)) or "nobody is to be reminded")
    for line in failed:
        invocation.report_progress(line)
    return 1 if failed else 0


def _find_problems(invocation: Invocation, register: Register, *, collects: bool) -> list[Finding]:
    collected, runner = None, invocation.make_runner()
    if collects and register:
        paths = dict.fromkeys(invocation.project.root / extract_path(entry.nodeid) for entry in register.entries)
        files = [str(path) for path in paths if path.is_file()]
        collected = runner.collect(files) if files else []
    with invocation.open_history() as history:
        verdicts, healed_since = read_verdicts(history)
    facts = Facts(
        today=invocation.resolve_today(),
        collected=collected,
        uncollected=runner.uncollected,
        verdicts=verdicts,
        healed_since=healed_since,
    )
    return find_problems(register, facts, invocation.options.days)


def _make_notice(one: Finding) -> Notice:
    entry = one.entry
    head = f"{format_code(entry.nodeid)} is quarantined since {entry.since} until {entry.expires}"
    lines = [
        f"{head}: **{one.problem}** ({one.text}).",
        "",
        f"* owner: {entry.owner or 'nobody'}",
        f"* reason: {entry.reason}",
        f"* evidence: {render.format_evidence(entry.evidence)}",
        "",
        f"    flake-quarantine explain {shlex.quote(entry.nodeid)}",
        "",
    ]
    return Notice(
        event=one.problem.value,
        nodeid=entry.nodeid,
        owner=entry.owner,
        issue=entry.issue,
        title=f"Quarantine of {entry.nodeid}: {one.text}",
        text="\n".join(lines),
    )


def _serialize(one: Finding) -> dict[str, Any]:
    return {
        "nodeid": one.entry.nodeid,
        "problem": one.problem.value,
        "text": one.text,
        "fails": one.fails,
        "owner": one.entry.owner,
        "issue": one.entry.issue,
    }


def _format_answer(answer: dict[str, Any]) -> str:
    owner = answer["owner"] or "no owner"
    return f"{answer['problem']}: {answer['nodeid']}: {answer['text']} ({owner}, {answer['issue']})"


def _format_check(register: Register, found: Sequence[Finding]) -> str:
    failing = sum(one.fails for one in found)
    lines = [f"{register.path}:{one.entry.line}: {_format_answer(_serialize(one))}" for one in found]
    return "\n".join([*lines, f"{len(register.entries)} entries, {failing} problems"])


def _tabulate(found: Sequence[Finding]) -> str:
    rows = []
    for one in found:
        problem = f"**{one.problem}**" if one.fails else one.problem.value
        cells = map(escape_cell, (problem, one.text, one.entry.owner or "**none**", one.entry.issue))
        rows.append(f"| {' | '.join((format_code_cell(one.entry.nodeid), *cells))} |")
    head = ["## Quarantine, checked", "", "| test | problem | | owner | issue |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, "", ""])
