"""What the commands answer, as values for JSON, as text and as Markdown."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from flake_quarantine.campaigns.bisector import Found
from flake_quarantine.campaigns.hunter import Hunted
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import upper_bound, wilson
from flake_quarantine.inference.stopping_rule import Tally, Verdict
from flake_quarantine.register import Entry, Register

SUSPECTS = 5
Value = dict[str, Any]  # what becomes JSON


def measured(one: Measurement) -> Value:
    """A measurement in the form that other programs rely on."""
    return {
        "nodeid": one.nodeid,
        "verdict": one.verdict.value,
        "kind": one.kind.value,
        "alone": {"runs": one.tally.alone_runs, "failures": one.tally.alone_failures},
        "load": [{"workers": r.workers, "runs": r.runs, "failures": r.failures} for r in one.tally.rungs],
        "p": one.p,
        "suspects": [{"nodeid": suspect.nodeid, "p": suspect.p} for suspect in one.suspects[:SUSPECTS]],
        "reproduce": reproduce(one),
    }


def details(one: Measurement) -> Value:
    """A measurement with everything that explains it."""
    return {
        **measured(one),
        "events": one.tally.load_events,
        "rung": rung_says(one.tally),
        "signatures": dict(one.signatures.most_common()),
        "together": dict(one.together.most_common(SUSPECTS)),
        "shared": one.shared,
        "notes": one.notes,
        "more": one.more,
        "suspects": [vars(suspect) for suspect in one.suspects[:SUSPECTS]],
    }


def reproduce(one: Measurement) -> str:
    """The command that repeats the first batch in which the test failed."""
    command = f"flake-quarantine measure {shlex.quote(one.nodeid)}"
    if one.failing_batch is None:
        return command
    workers, copies, seed = one.failing_batch
    return f"{command} --workers {workers} --copies {copies} --seed {seed}"


def rung_says(tally: Tally) -> str:
    """What the place on the ladder where failures begin says about their cause."""
    failing = [rung.workers for rung in tally.rungs if rung.failures]
    if not failing or len(tally.rungs) < 2:
        return ""
    if failing[0] == tally.rungs[0].workers:
        return f"appears at {failing[0]} workers: shared state"
    if failing[0] == tally.rungs[-1].workers:
        return f"only at {failing[0]} workers: timing"
    return f"appears at {failing[0]} workers: shared state or timing"


def rate(failures: int, runs: int) -> str:
    """Failures, runs and the interval of the rate, such as `3/100 (1.0-8.5 %)`."""
    low, high = wilson(failures, runs)
    return f"{failures}/{runs} ({100 * low:.1f}-{100 * high:.1f} %)"


def measured_text(found: Sequence[Measurement]) -> str:
    """All measurements, a paragraph each."""
    if not found:
        return "the register is empty: nothing to measure"
    return "\n".join(line for one in found for line in _lines(one))


def _lines(one: Measurement) -> list[str]:
    tally = one.tally
    lines = [f"{one.verdict.value}: {one.nodeid}"]
    if one.verdict is Verdict.MISSING:
        return [*lines, "  there is no such test"]
    rungs = ", ".join(f"{rung.workers} workers {rate(rung.failures, rung.runs)}" for rung in tally.rungs if rung.runs)
    lines.append(f"  alone {rate(tally.alone_failures, tally.alone_runs)} · load {rungs or 'not run'}")
    if tally.load_failures:
        events = f"{tally.load_events} events" if tally.load_events != tally.load_failures else "no bursts"
        told = f"{events} · kind {one.kind} {rung_says(tally)}".rstrip()
        lines.append(f"  p {one.p:.2g} (Fisher, one-sided, Holm) · {told}")
    elif one.verdict is Verdict.HEALED:
        lines.append(f"  rate under load at most {100 * upper_bound(tally.load_runs):.1f} % at 95 %")
    lines += [f"  {count} × {signature}" for signature, count in one.signatures.most_common(3)]
    lines += [f"  failed at the same moment {count} ×: {nodeid}" for nodeid, count in one.together.most_common(3)]
    for suspect in [suspect for suspect in one.suspects if suspect.p <= 0.05][:3]:
        lines.append(
            f"  suspect {suspect.nodeid}: failed {suspect.failed_with}/{suspect.runs_with} with it,"
            f" {suspect.failed_without}/{suspect.runs_without} without, p {suspect.p:.2g}"
        )
    lines += [f"  shares {thing} with {', '.join(others[:3])}" for thing, others in one.shared.items()][:6]
    lines += [f"  note: {note.strip().splitlines()[-1]}" for note in one.notes[:2] if note.strip()]
    lines += [f"  {one.more}"] if one.more else []
    return [*lines, f"  reproduce: {reproduce(one)}"]


def measured_markdown(found: Sequence[Measurement]) -> str:
    """All measurements as a table."""
    rows = [
        f"| `{_cell(one.nodeid)}` | **{one.verdict.value}** | {rate(one.tally.alone_failures, one.tally.alone_runs)} "
        f"| {rate(one.tally.load_failures, one.tally.load_runs)} | {one.p:.2g} | {_cell(one.more)} |"
        for one in found
    ]
    head = [
        "## Quarantine, measured",
        "",
        "| test | verdict | alone | under load | p | |",
        "|---|---|---|---|---:|---|",
    ]
    return "\n".join([*head, *rows, "", ""])


def hunted(result: Hunted, proposals: Mapping[str, str]) -> Value:
    """The end of a hunt."""
    return {
        "tests": result.tests,
        "runs": result.runs,
        "batches": result.batches,
        "seconds": round(result.seconds, 1),
        "candidates": [{**details(one), "toml": proposals.get(one.nodeid, "")} for one in result.candidates],
        "unmeasured": result.unmeasured,
    }


def hunted_text(result: Hunted, proposals: Mapping[str, str]) -> str:
    """The end of a hunt, with what to paste."""
    text = [f"{result.tests} tests, {result.runs} runs in {result.batches} batches, {result.seconds:.0f} s"]
    if not result.candidates and not result.unmeasured:
        text.append("no unlisted test failed")
    for one in result.candidates:
        text += [*_lines(one), "", proposals.get(one.nodeid, "  not eligible for the register\n")]
    text += [f"failed, but the time was up before it was measured: {nodeid}" for nodeid in result.unmeasured]
    return "\n".join(text)


def hunted_markdown(result: Hunted, proposals: Mapping[str, str]) -> str:
    """The end of a hunt for the job summary."""
    begin = f"{result.tests} tests, {result.runs} runs in {result.batches} batches, {result.seconds:.0f} s\n\n"
    pasted = "".join(f"\n```toml\n{proposal}```\n" for proposal in proposals.values())
    return "## Flake hunt\n\n" + begin + (measured_markdown(result.candidates) if result.candidates else "") + pasted


def bisected(found: Found, shared: Mapping[str, Sequence[str]]) -> Value:
    """The end of a bisection."""
    return {**vars(found), "shared": dict(shared)}


def bisected_text(found: Found, shared: Mapping[str, Sequence[str]]) -> str:
    """The end of a bisection, in words."""
    lines = [f"{found.nodeid}: {found.conclusion}", f"  {found.failures}/{found.runs} failed; {found.batches} batches"]
    return "\n".join([*lines, *(f"  shares {thing} with {', '.join(others)}" for thing, others in shared.items())])


def entry(one: Entry, today: dt.date) -> Value:
    """An entry with its days left."""
    return {
        "nodeid": one.nodeid,
        "kind": one.kind.value,
        "reason": one.reason,
        "owner": one.owner,
        "issue": one.issue,
        "since": one.since.isoformat(),
        "expires": one.expires.isoformat(),
        "days_left": one.days_left(today),
        "evidence": vars(one.evidence),
    }


def list_text(register: Register, today: dt.date) -> str:
    """The register, an entry a line."""
    if not register:
        return f"{register.path}: nothing is quarantined"
    return "\n".join(
        f"{one.nodeid}  {one.kind}  {one.owner or 'NO OWNER'}  {_left(one.days_left(today))}  {one.reason}"
        for one in register.entries
    )


def explained(nodeid: str, register: Register, history: History | None, today: dt.date) -> Value | None:
    """Everything that is known about a test, or nothing."""
    there = register.find(nodeid)
    points = history.points(nodeid) if history else []
    verdicts = history.verdicts(nodeid) if history else []
    if there is None and not points and not verdicts:
        return None
    arms = {arm: _arm([(p.failures, p.runs) for p in points if p.arm == arm]) for arm in ("run", "alone", "load")}
    return {
        "nodeid": nodeid,
        "entry": entry(there, today) if there else None,
        "history": arms,
        "signatures": dict(history.signatures(nodeid)) if history else {},
        "verdicts": [{"at": at, "verdict": verdict} for at, _, verdict, _ in verdicts],
        "last": json.loads(verdicts[-1][3]) if verdicts else None,
    }


def _arm(counts: Sequence[tuple[int, int]]) -> Value:
    failures, runs = sum(count[0] for count in counts), sum(count[1] for count in counts)
    low, high = wilson(failures, runs)
    return {"runs": runs, "failures": failures, "low": low, "high": high}


def explained_text(known: Value) -> str:
    """Everything that is known about a test, in words."""
    lines = [str(known["nodeid"])]
    if known["entry"]:
        there = known["entry"]
        lines.append(f"  quarantined by {there['owner'] or 'nobody'}: {there['reason']} ({there['issue']})")
        lines.append(f"  since {there['since']}, {_left(there['days_left'])}")
    names = {"run": "ordinary runs", "alone": "alone", "load": "under load"}
    lines += [f"  {names[arm]} {rate(a['failures'], a['runs'])}" for arm, a in known["history"].items() if a["runs"]]
    lines += [f"  {count} × {signature}" for signature, count in known["signatures"].items()]
    if known["last"]:
        last = known["last"]
        lines.append(f"  last verdict {last['verdict']}, p {last['p']:.2g}, {last['events']} events; {last['rung']}")
        lines += [f"  suspect {suspect['nodeid']}, p {suspect['p']:.2g}" for suspect in last["suspects"]]
        lines += [f"  shares {thing} with {', '.join(others)}" for thing, others in last["shared"].items()]
        lines.append(f"  reproduce: {last['reproduce']}")
    return "\n".join(lines)


def _left(days: int) -> str:
    return f"{days} days left" if days >= 0 else f"EXPIRED {-days} days ago"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
