"""Renders what the commands answer: as values for JSON, as text and as Markdown."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flake_quarantine.campaigns.bisection import BisectionResult
from flake_quarantine.campaigns.hunter import HuntResult
from flake_quarantine.ci_job import CiJob
from flake_quarantine.cli.groups import Group
from flake_quarantine.history import FailingBatch, History
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import upper_bound, wilson_interval
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.tally import Tally
from flake_quarantine.job_summary import escape_cell, format_code_cell
from flake_quarantine.machine_load import MAX_FOREIGN_LOAD
from flake_quarantine.register import Entry, Evidence, Register, count_of_days, format_days_left

MAX_SUSPECTS = 5
Value = dict[str, Any]  # what becomes JSON


def serialize_measurement(one: Measurement) -> Value:
    """Return a measurement in the form that other programs rely on."""
    return {
        "nodeid": one.nodeid,
        "verdict": one.verdict.value,
        "kind": one.kind.value,
        "alone": {"runs": one.tally.alone_runs, "failures": one.tally.alone_failures},
        "load": [{"workers": r.workers, "runs": r.runs, "failures": r.failures} for r in one.tally.rungs],
        "foreign": {
            "alone": {"runs": one.tally.foreign_runs, "failures": one.tally.foreign_failures},
            "load": {"runs": one.tally.foreign_load_runs},
        },
        "p": one.p,
        "suspects": [{"nodeid": suspect.nodeid, "p": suspect.p} for suspect in one.clear_suspects[:MAX_SUSPECTS]],
        "cause": _serialize_cause(one),
        "shared": one.shared_resources,
        "signatures": dict(one.signatures.most_common()),
        "notes": one.notes,
        "reproduce": format_reproduce_command(one),
    }


def _serialize_cause(one: Measurement) -> Value | None:
    cause = one.cause
    return {"kind": cause.kind, "sentence": cause.sentence} if cause else None


def serialize_details(one: Measurement) -> Value:
    """Return a measurement with everything that explains it; the history stores it."""
    return {
        **serialize_measurement(one),
        "events": one.tally.load_events,
        "rung": interpret_rungs(one.tally),
        "together": dict(one.joint_failures.most_common(MAX_SUSPECTS)),
        "more": one.hint,
        "suspects": [vars(suspect) for suspect in one.clear_suspects[:MAX_SUSPECTS]],
    }


def format_reproduce_command(one: Measurement) -> str:
    """Return the command that repeats the first batch in which the test failed."""
    command = f"flake-quarantine measure {shlex.quote(one.nodeid)}"
    if one.failing_batch is not None:
        workers, copies, seed = one.failing_batch
        command += f" --workers {workers} --copies {copies} --seed {seed}"
    return f"{command} -- {shlex.join(one.pytest_options)}" if one.pytest_options else command


def interpret_rungs(tally: Tally) -> str:
    """Say what the rung at which failures begin means for their cause."""
    failing = [rung.workers for rung in tally.rungs if rung.failures]
    if not failing or len(tally.rungs) < 2:
        return ""
    if failing[0] == tally.rungs[0].workers:
        return f"appears at {failing[0]} workers: shared state"
    if failing[0] == tally.rungs[-1].workers:
        return f"only at {failing[0]} workers: timing"
    return f"appears at {failing[0]} workers: shared state or timing"


def format_rate(failures: int, runs: int) -> str:
    """Return failures, runs and Wilson's 95 % interval of the rate, such as `3/100 (1.0-8.5 %)`."""
    low, high = wilson_interval(failures, runs)
    return f"{failures}/{runs} ({100 * low:.1f}-{100 * high:.1f} %)"


def format_evidence(evidence: Evidence) -> str:
    """Return the evidence of an entry in words."""
    alone = format_rate(evidence.alone_failures, evidence.alone_runs)
    return f"alone {alone}, under load {format_rate(evidence.load_failures, evidence.load_runs)}"


def format_measurements(found: Sequence[Measurement]) -> str:
    """Return all measurements, a paragraph each."""
    if not found:
        return "the register is empty: nothing to measure"
    return "\n".join(line for one in found for line in _format_measurement(one))


def _format_measurement(one: Measurement) -> list[str]:
    if one.verdict is Verdict.MISSING:
        return [f"{one.verdict.value}: {one.nodeid}", f"  {one.hint}"]
    lines = [f"{one.verdict.value}: {one.nodeid}", *_format_counts(one), *_format_causes(one)]
    lines += [f"  note: {note.strip().splitlines()[-1]}" for note in one.notes[:2] if note.strip()]
    lines += [f"  {one.hint}"] if one.hint else []
    return [*lines, f"  reproduce: {format_reproduce_command(one)}"]


def _format_counts(one: Measurement) -> Iterator[str]:
    tally = one.tally
    rungs = ", ".join(
        f"{rung.workers} workers {format_rate(rung.failures, rung.runs)}" for rung in tally.rungs if rung.runs
    )
    yield f"  alone {format_rate(tally.alone_failures, tally.alone_runs)} · load {rungs or 'not run'}"
    if tally.foreign_failures or tally.foreign_load_runs:
        alone = f"{tally.foreign_failures} of {tally.foreign_runs} runs alone failed"
        yield f"  while other programs held the processors: {alone}, {tally.foreign_load_runs} runs under load"
    if tally.load_failures:
        events = f"{tally.load_events} events" if tally.load_events != tally.load_failures else "no bursts"
        findings = f"{events} · kind {one.kind} {interpret_rungs(tally)}".rstrip()
        yield f"  p {one.p:.2g} (Fisher, one-sided, Holm) · {findings}"
    elif one.verdict is Verdict.HEALED:
        yield f"  rate under load at most {100 * upper_bound(tally.load_runs):.1f} % at 95 %"


def _format_causes(one: Measurement) -> Iterator[str]:
    """Yield signatures, tests that failed at the same moment, the cause, suspects and shared things: a few of each."""
    yield from (f"  {count} × {signature}" for signature, count in one.signatures.most_common(3))
    joint_failures = one.joint_failures.most_common(3)
    yield from (f"  failed at the same moment {count} ×: {nodeid}" for nodeid, count in joint_failures)
    cause = one.cause
    if cause:
        yield f"  cause ({cause.kind}): {cause.sentence}"
    for suspect in one.clear_suspects[:3]:
        yield (
            f"  suspect {suspect.nodeid}: failed {suspect.failed_with}/{suspect.runs_with} with it,"
            f" {suspect.failed_without}/{suspect.runs_without} without, p {suspect.p:.2g}"
        )
    shared = list(one.shared_resources.items())[:6]
    yield from (f"  shares {resource} with {', '.join(others[:3])}" for resource, others in shared)


def tabulate_measurements(found: Sequence[Measurement]) -> str:
    """Return all measurements as a Markdown table."""
    rows = [
        f"| {format_code_cell(one.nodeid)} | **{one.verdict.value}** "
        f"| {format_rate(one.tally.alone_failures, one.tally.alone_runs)} "
        f"| {format_rate(one.tally.load_failures, one.tally.load_runs)} | {one.p:.2g} | {escape_cell(one.hint)} |"
        for one in found
    ]
    head = [
        "## Quarantine, measured",
        "",
        "| test | verdict | alone | under load | p | |",
        "|---|---|---|---|---:|---|",
    ]
    return "\n".join([*head, *rows, "", ""])


def serialize_hunt(result: HuntResult, proposals: Mapping[str, str]) -> Value:
    """Return the result of a hunt, with the entry to paste for each candidate."""
    return {
        "tests": result.tests,
        "runs": result.runs,
        "batches": result.batches,
        "seconds": round(result.seconds, 1),
        "candidates": [{**serialize_details(one), "toml": proposals.get(one.nodeid, "")} for one in result.candidates],
        "unmeasured": result.unmeasured,
    }


def format_hunt(result: HuntResult, proposals: Mapping[str, str]) -> str:
    """Return the result of a hunt in words, with the entries to paste."""
    text = [f"{result.tests} tests, {result.runs} runs in {result.batches} batches, {result.seconds:.0f} s"]
    if not result.candidates and not result.unmeasured:
        text.append("no unlisted test failed")
    for one in result.candidates:
        text += [*_format_measurement(one), "", proposals.get(one.nodeid, "  not eligible for the register\n")]
    text += [f"failed, but the time was up before it was measured: {nodeid}" for nodeid in result.unmeasured]
    return "\n".join(text)


def tabulate_hunt(result: HuntResult, proposals: Mapping[str, str]) -> str:
    """Return the result of a hunt as Markdown."""
    begin = f"{result.tests} tests, {result.runs} runs in {result.batches} batches, {result.seconds:.0f} s\n\n"
    pasted = "".join(f"\n```toml\n{proposal}```\n" for proposal in proposals.values())
    return (
        "## Flake hunt\n\n" + begin + (tabulate_measurements(result.candidates) if result.candidates else "") + pasted
    )


def serialize_bisection(found: BisectionResult) -> Value:
    """Return the result of a bisection, with the resources that the test shares."""
    return dict(vars(found))


def format_bisection(found: BisectionResult) -> str:
    """Return the result of a bisection in words."""
    lines = [f"{found.nodeid}: {found.conclusion}", f"  {found.failures}/{found.runs} failed; {found.batches} batches"]
    lines += [f"  note: {note}" for note in found.notes]
    return "\n".join(
        [*lines, *(f"  shares {resource} with {', '.join(others)}" for resource, others in found.shared.items())]
    )


def serialize_entry(one: Entry, today: dt.date) -> Value:
    """Return an entry with its days left."""
    return {
        "nodeid": one.nodeid,
        "kind": one.kind.value,
        "reason": one.reason,
        "owner": one.owner,
        "issue": one.issue,
        "since": one.since.isoformat(),
        "expires": one.expires.isoformat(),
        "days_left": one.count_days_left(today),
        "evidence": vars(one.evidence),
    }


def format_register(path: Path, groups: Sequence[Group]) -> str:
    """Return groups of entries: what asks for something in the first line, then an entry a line, in columns."""
    entries = [entry for group in groups for entry in group.entries]
    if not entries:
        return f"{path}: nothing is quarantined"
    everything = Group("", entries, groups[0].today)
    lines = [f"{path}: {everything.describe()}"]
    rows = [_list_columns(entry, group.today) for group in groups for entry in group.entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    waiting = iter(rows)
    for group in groups:
        lines += ["", f"{group.name or 'NO OWNER'}: {group.describe()}"] if len(groups) > 1 or group.name else []
        lines += [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            for row in itertools.islice(waiting, len(group.entries))
        ]
    return "\n".join(lines)


def _list_columns(one: Entry, today: dt.date) -> tuple[str, ...]:
    """Return what a line of the list shows, what is long last."""
    days = _format_days_left(one.count_days_left(today))
    return days, one.owner or "NO OWNER", one.kind.value, one.nodeid, one.reason


def serialize_knowledge(nodeid: str, register: Register, history: History | None, today: dt.date) -> Value | None:
    """Return everything that register and history know about a test; None if they know nothing."""
    entry = register.find(nodeid)
    points = history.list_points(nodeid) if history else []
    verdicts = history.list_verdicts(nodeid) if history else []
    if entry is None and not points and not verdicts:
        return None
    arms = {arm: _count_arm([(p.failures, p.runs) for p in points if p.arm == arm]) for arm in ("run", "alone", "load")}
    return {
        "nodeid": nodeid,
        "entry": serialize_entry(entry, today) if entry else None,
        "history": arms,
        "foreign_load": _find_most_foreign(history, nodeid) if history else None,
        "failed": [_serialize_failing_batch(one) for one in history.find_failing_batches(nodeid)] if history else [],
        "signatures": dict(history.count_signatures(nodeid)) if history else {},
        "verdicts": [{"at": row.at, "verdict": row.verdict} for row in verdicts],
        "last": json.loads(verdicts[-1].details) if verdicts else None,
    }


def _serialize_failing_batch(one: FailingBatch) -> Value:
    at = dt.datetime.fromtimestamp(one.at, dt.UTC).isoformat()
    return {"at": at, "arm": one.arm, **one.job._asdict()}


def _find_most_foreign(history: History, nodeid: str) -> float | None:
    """Return the largest share of the processors that others used during a run alone; None if none is known."""
    return max((load.foreign for load in history.list_loads(nodeid, "alone")), default=None)


def _count_arm(counts: Sequence[tuple[int, int]]) -> Value:
    failures, runs = sum(count[0] for count in counts), sum(count[1] for count in counts)
    low, high = wilson_interval(failures, runs)
    return {"runs": runs, "failures": failures, "low": low, "high": high}


def format_knowledge(known: Value) -> str:
    """Return everything that is known about a test, in words."""
    lines = [str(known["nodeid"])]
    if known["entry"]:
        entry = known["entry"]
        lines.append(f"  quarantined by {entry['owner'] or 'no owner'}: {entry['reason']} ({entry['issue']})")
        lines.append(f"  since {entry['since']}, {_format_days_left(entry['days_left'])}")
    names = {"run": "ordinary runs", "alone": "alone", "load": "under load"}
    lines += [
        f"  {names[arm]} {format_rate(a['failures'], a['runs'])}" for arm, a in known["history"].items() if a["runs"]
    ]
    if known["foreign_load"] is not None and known["foreign_load"] > MAX_FOREIGN_LOAD:
        lines.append(f"  other programs used up to {100 * known['foreign_load']:.0f} % of the processors meanwhile")
    for word, failed in zip(("first", "last"), known["failed"], strict=False):
        job = CiJob(failed["commit"], failed["branch"], failed["job"])
        lines.append(f"  failed {word} {failed['at']} {job}".rstrip())
    lines += [f"  {count} × {signature}" for signature, count in known["signatures"].items()]
    if known["last"]:
        last = known["last"]
        lines.append(f"  last verdict {last['verdict']}, p {last['p']:.2g}, {last['events']} events; {last['rung']}")
        if last.get("cause"):  # an older history has none
            lines.append(f"  cause ({last['cause']['kind']}): {last['cause']['sentence']}")
        lines += [f"  suspect {suspect['nodeid']}, p {suspect['p']:.2g}" for suspect in last["suspects"]]
        lines += [f"  shares {resource} with {', '.join(others)}" for resource, others in last["shared"].items()]
        lines.append(f"  reproduce: {last['reproduce']}")
    return "\n".join(lines)


def _format_days_left(days: int) -> str:
    return format_days_left(days) if days >= 0 else f"EXPIRED {count_of_days(-days)} ago"
