"""The commands that keep the register: list, add, release, report and explain."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from flake_quarantine.campaigns.campaign import Workbench
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.cli import register_editor as edit
from flake_quarantine.cli import render as show
from flake_quarantine.cli.arguments import counts
from flake_quarantine.cli.html_report import write_report
from flake_quarantine.cli.invocation import Context
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import FAILING
from flake_quarantine.register import LONGEST, Entry, Evidence, Kind

PROPOSED_DAYS = 30


def list_entries(context: Context) -> int:
    """Show the register, with days left."""
    register, today = context.register(), context.today()
    context.answer([show.entry(entry, today) for entry in register.entries], lambda: show.list_text(register, today))
    return 1 if any(entry.days_left(today) < 0 or not entry.owner for entry in register.entries) else 0


def add(context: Context) -> int:
    """Quarantine a test, with evidence that it fails under load only."""
    options, today = context.options, context.today()
    if not 1 <= options.days <= LONGEST.days:
        raise QuarantineError(f"--days must be 1 to {LONGEST.days}")
    if not options.owner.strip():
        raise QuarantineError("--owner must name somebody")
    evidence, kind = _evidence(context)
    entry = Entry(
        nodeid=options.nodeid,
        kind=Kind(options.kind) if options.kind else kind,
        reason=options.reason,
        owner=options.owner,
        issue=options.issue,
        since=today,
        expires=today + dt.timedelta(days=options.days),
        evidence=evidence,
    )
    edit.add(context.path, entry)
    context.answer(show.entry(entry, today), lambda: f"{entry.nodeid} is quarantined until {entry.expires}")
    return 0


def release(context: Context) -> int:
    """Take a test out of the register."""
    edit.release(context.path, context.options.nodeid)
    context.answer({"released": context.options.nodeid}, lambda: f"{context.options.nodeid} is released")
    return 0


def report(context: Context) -> int:
    """Write the history as one HTML page."""
    path = context.options.history
    if not path or not (Path(path).exists() or context.options.merge):
        raise QuarantineError("there is no history to report; name its file with --history")
    target = Path(context.options.output)
    with History(Path(path)) as history:
        for other in context.options.merge:
            history.merge(Path(other))
        tests = write_report(target, history, context.register(), context.today())
    context.answer({"report": str(target), "tests": tests}, lambda: f"{target}: {tests} tests")
    return 0


def explain(context: Context) -> int:
    """Say everything that is known about one test."""
    nodeid = context.options.nodeid
    with context.history() as history:
        known = show.explained(nodeid, context.register(), history, context.today())
    if known is None:
        raise QuarantineError(f"nothing is known about {nodeid}: measure it, or name a history with --history")
    context.answer(known, lambda: show.explained_text(known))
    return 0


def proposal(one: Measurement, today: dt.date) -> Entry:
    """An entry for a candidate; owner and issue are for a person to fill in."""
    tally = one.tally
    return Entry(
        nodeid=one.nodeid,
        kind=one.kind,
        reason=next(iter(one.signatures), "fails under load"),
        owner="",
        issue="LINK",
        since=today,
        expires=today + dt.timedelta(days=PROPOSED_DAYS),
        evidence=Evidence(
            alone_runs=tally.alone_runs,
            alone_failures=tally.alone_failures,
            load_runs=tally.load_runs,
            load_failures=tally.load_failures,
        ),
    )


def _evidence(context: Context) -> tuple[Evidence, Kind]:
    """Counts that were given, those of the last measurement, or those of a measurement made now."""
    options = context.options
    if options.alone and options.load:
        (alone_failures, alone_runs), (load_failures, load_runs) = counts(options.alone), counts(options.load)
        kind = Kind.UNKNOWN
    else:
        with context.history() as history:
            known = _last_measurement(history, options.nodeid) or _measured_now(context)
        alone_failures, alone_runs, load_failures, load_runs, kind = known
    if alone_failures:
        raise QuarantineError(f"{options.nodeid} fails alone too: not eligible, mend it")
    if not load_failures:
        raise QuarantineError(f"{options.nodeid} did not fail under load: there is nothing to quarantine")
    return (
        Evidence(alone_runs=alone_runs, alone_failures=0, load_runs=load_runs, load_failures=load_failures),
        kind,
    )


Counts = tuple[int, int, int, int, Kind]


def _last_measurement(history: History | None, nodeid: str) -> Counts | None:
    verdicts = history.verdicts(nodeid) if history else []
    if not verdicts:
        return None
    known = json.loads(verdicts[-1][3])
    load = known["load"]
    return (
        known["alone"]["failures"],
        known["alone"]["runs"],
        sum(rung["failures"] for rung in load),
        sum(rung["runs"] for rung in load),
        Kind(known["kind"]),
    )


def _measured_now(context: Context) -> Counts:
    lab = context.lab()
    suite = lab.collect()
    wanted, missing = context.expand(lab, suite, [context.options.nodeid])
    if missing:
        raise QuarantineError(f"{context.options.nodeid}: there is no such test")
    bench = Workbench(lab=lab, suite=suite, settings=context.settings(), say=context.say)
    measured = Measurer(bench).measure(wanted)
    worst = max(measured, key=lambda one: (one.verdict in FAILING, one.tally.load_failures))
    tally = worst.tally
    return tally.alone_failures, tally.alone_runs, tally.load_failures, tally.load_runs, worst.kind
