"""The commands that read and edit the register: list, add and release."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from flake_quarantine.campaigns.campaign import Campaign
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.cli import register_editor, render
from flake_quarantine.cli.arguments import parse_counts
from flake_quarantine.cli.groups import Group, find_causes, group_by_cause, group_by_owner, make_group
from flake_quarantine.cli.invocation import Invocation
from flake_quarantine.cli.issue_command import Notice, give_notice
from flake_quarantine.codeowners import find_code_owners
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import FAILING
from flake_quarantine.inference.tally import Tally
from flake_quarantine.node_ids import covers, extract_path
from flake_quarantine.register import MAX_AGE, Entry, Evidence, Kind, Register

PROPOSED_DAYS = 30


def list_entries(invocation: Invocation) -> int:
    """Show the register, the entries that end first at the top."""
    register, today, options = invocation.load_register(), invocation.resolve_today(), invocation.options
    entries = [
        entry
        for entry in register.entries
        if (options.owner is None or options.owner in (entry.owner, *entry.owner.split()))
        and (options.within is None or entry.count_days_left(today) <= options.within)
    ]
    shown = Register(register.path, tuple(entries))
    with invocation.open_history() as history:
        groups = _group_entries(shown, options.by, history, today)
        causes = find_causes(shown, history)
    invocation.print_result(
        [
            {**render.serialize_entry(entry, today), "cause": causes.get(entry.nodeid)}
            for group in groups
            for entry in group.entries
        ],
        lambda: render.format_register(register.path, groups),
    )
    return 1 if any(group.expired or group.ownerless for group in groups) else 0


def _group_entries(register: Register, by: str | None, history: History | None, today: dt.date) -> list[Group]:
    if by == "owner":
        return group_by_owner(register, today)
    return group_by_cause(register, history, today) if by else [make_group("", register.entries, today)]


def add(invocation: Invocation) -> int:
    """Quarantine a test, with evidence that it fails under load only."""
    options, today = invocation.options, invocation.resolve_today()
    if not 1 <= options.days <= MAX_AGE.days:
        raise QuarantineError(f"--days must be 1 to {MAX_AGE.days}")
    if not (options.issue or options.issue_command):
        raise QuarantineError("name the issue with --issue, or file it with --issue-command")
    owner = _find_owner(invocation)
    evidence, kind = _find_evidence(invocation)
    _refuse_unknown_test(invocation)
    entry = Entry(
        nodeid=options.nodeid,
        kind=Kind(options.kind) if options.kind else kind,
        reason=options.reason,
        owner=owner,
        issue=options.issue or "LINK",
        since=today,
        expires=today + dt.timedelta(days=options.days),
        evidence=evidence,
    )
    if any(there.nodeid == entry.nodeid for there in invocation.load_register(must_exist=False).entries):
        raise QuarantineError(f"{entry.nodeid} is already in {invocation.register_path}")
    if options.issue_command:
        entry = replace(entry, issue=_file_issue(invocation, entry))
    register_editor.add_entry(invocation.register_path, entry)
    invocation.print_result(
        render.serialize_entry(entry, today), lambda: f"{entry.nodeid} is quarantined until {entry.expires}"
    )
    return 0


def _file_issue(invocation: Invocation, entry: Entry) -> str:
    """Let the command file an issue of the entry, or update the one that was named; return the link."""
    text = f"{entry.reason}\n\n{render.format_evidence(entry.evidence)}; quarantined until {entry.expires}\n"
    notice = Notice(
        event="quarantined",
        nodeid=entry.nodeid,
        owner=entry.owner,
        issue=invocation.options.issue or "",
        title=f"Flaky test: {entry.nodeid}",
        text=text,
    )
    with invocation.open_history() as history:
        key = f"quarantined, until {entry.expires}"
        return give_notice(invocation.options.issue_command, notice, history, key=key, needs_link=True).issue


def _find_owner(invocation: Invocation) -> str:
    """Return the owner to write down: the one that was named, or none if CODEOWNERS knows the file's."""
    options, root = invocation.options, invocation.project.root
    if options.owner is not None and not options.owner.strip():
        raise QuarantineError("--owner must name somebody")
    owners = None if options.owner else find_code_owners(root)
    if options.owner or (owners and owners.find(root / extract_path(options.nodeid))):
        return options.owner or ""
    raise QuarantineError("name somebody with --owner: CODEOWNERS names nobody for this file")


def release(invocation: Invocation) -> int:
    """Take a test out of the register."""
    nodeid = invocation.options.nodeid
    register_editor.remove_entry(invocation.register_path, nodeid)
    invocation.print_result({"released": nodeid}, lambda: f"{nodeid} is released")
    return 0


def propose_entry(one: Measurement, today: dt.date, issue: str = "") -> Entry:
    """Return an entry for a candidate; the user fills in the owner, and the issue if none was filed."""
    return Entry(
        nodeid=one.nodeid,
        kind=one.kind,
        reason=next(iter(one.signatures), "fails under load"),
        owner="",
        issue=issue or "LINK",
        since=today,
        expires=today + dt.timedelta(days=PROPOSED_DAYS),
        evidence=_to_evidence(one.tally),
    )


def _to_evidence(tally: Tally) -> Evidence:
    return Evidence(
        alone_runs=tally.alone_runs,
        alone_failures=tally.alone_failures,
        load_runs=tally.load_runs,
        load_failures=tally.load_failures,
    )


def _refuse_unknown_test(invocation: Invocation) -> None:
    nodeid, root = invocation.options.nodeid, invocation.project.root
    path = root / extract_path(nodeid)
    found = invocation.make_runner().collect([str(path)]) if path.is_file() else []
    if not any(covers(nodeid, one) for one in found):
        raise QuarantineError(f"{nodeid}: there is no such test; node ids are relative to {root}")


def _find_evidence(invocation: Invocation) -> tuple[Evidence, Kind]:
    """Return counts that were given, those of the last measurement, or those of a measurement made now."""
    options = invocation.options
    if bool(options.alone) != bool(options.load):
        raise QuarantineError("--alone and --load belong together: give both, or none to measure now")
    if options.alone and options.load:
        (alone_failures, alone_runs), (load_failures, load_runs) = map(parse_counts, (options.alone, options.load))
        evidence = Evidence(
            alone_runs=alone_runs, alone_failures=alone_failures, load_runs=load_runs, load_failures=load_failures
        )
        kind = Kind.UNKNOWN
    else:
        with invocation.open_history() as history:
            evidence, kind = _read_last_measurement(history, options.nodeid) or _measure_now(invocation)
    if evidence.alone_failures:
        raise QuarantineError(f"{options.nodeid} fails alone too: not eligible, mend it")
    if not evidence.load_failures:
        raise QuarantineError(f"{options.nodeid} did not fail under load: there is nothing to quarantine")
    return evidence, kind


def _read_last_measurement(history: History | None, nodeid: str) -> tuple[Evidence, Kind] | None:
    verdicts = history.list_verdicts(nodeid) if history else []
    if not verdicts:
        return None
    details = json.loads(verdicts[-1].details)
    evidence = Evidence(
        alone_runs=details["alone"]["runs"],
        alone_failures=details["alone"]["failures"],
        load_runs=sum(rung["runs"] for rung in details["load"]),
        load_failures=sum(rung["failures"] for rung in details["load"]),
    )
    return evidence, Kind(details["kind"])


def _measure_now(invocation: Invocation) -> tuple[Evidence, Kind]:
    nodeid, runner = invocation.options.nodeid, invocation.make_runner()
    suite = invocation.collect_suite(runner)
    wanted, missing = invocation.find_tests(runner, suite, [nodeid])
    if missing:
        raise QuarantineError(f"{nodeid}: there is no such test")
    settings = invocation.make_settings()
    campaign = Campaign(runner=runner, suite=suite, settings=settings, report_progress=invocation.report_progress)
    measured = Measurer(campaign).measure(wanted)
    worst = max(measured, key=lambda one: (one.verdict in FAILING, one.tally.load_failures))
    return _to_evidence(worst.tally), worst.kind
