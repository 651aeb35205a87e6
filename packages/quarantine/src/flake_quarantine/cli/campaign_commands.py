"""The commands that run tests: measure, hunt and bisect; and the way from arguments to a command."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence

from flake_quarantine.campaigns.bisector import Bisector
from flake_quarantine.campaigns.campaign import Workbench
from flake_quarantine.campaigns.cause_finder import Explainer
from flake_quarantine.campaigns.hunter import Hunted, Hunter
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.cli import arguments
from flake_quarantine.cli import register_commands as keeping
from flake_quarantine.cli import register_editor as edit
from flake_quarantine.cli import render as show
from flake_quarantine.cli.invocation import Context, write_job_summary
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement, adjust
from flake_quarantine.inference.stopping_rule import FAILING, Tally, Verdict
from flake_quarantine.register import Register

USAGE_ERROR = 4  # as pytest's
INTERRUPTED = 130
HEALED_DAYS = 14  # how long a healed test may stay in the register
BISECT_WORKERS = 4
STRONG = 0.001  # a suspect this clear needs no others beside it


def run(words: Sequence[str]) -> int:
    """Run one command; 0: fine, 1: a verdict that fails a build, 4: a caller's mistake."""
    at = words.index("--") if "--" in words else len(words)
    try:
        options = arguments.parser(HANDLERS).parse_args(words[:at])
        return int(options.handler(Context(options, tuple(words[at + 1 :]))))
    except QuarantineError as error:
        print(f"flake-quarantine: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def measure(context: Context) -> int:
    """Measure the named tests, or every entry of the register, alone and under load."""
    register, lab, settings = context.register(), context.lab(), context.settings()
    suite = lab.collect()
    names = context.options.nodeid or [entry.nodeid for entry in register.entries]
    wanted, missing = context.expand(lab, suite, names)
    with context.history() as history:
        bench = Workbench(lab=lab, suite=suite, settings=settings, history=history, say=context.say)
        found = Measurer(bench).measure(wanted)
        adjust(found)
        found += [Measurement(nodeid=nodeid, tally=Tally([]), verdict=Verdict.MISSING) for nodeid in missing]
        demanded = [_judge(one, register, context.today(), history) for one in found]
        _keep(history, found)
    context.answer([show.measured(one) for one in found], lambda: show.measured_text(found))
    write_job_summary(show.measured_markdown(found))
    return 1 if any(demanded) or any(one.verdict in FAILING for one in found) else 0


def hunt(context: Context) -> int:
    """Look for unknown flakes until the time is up."""
    register, lab = context.register(), context.lab()
    suite = lab.collect(context.options.nodeid)
    if not suite:
        raise QuarantineError("pytest collects no tests here")
    with context.history() as history:
        bench = Workbench(lab=lab, suite=suite, settings=context.settings(), history=history, say=context.say)
        listed = {nodeid for nodeid in suite if register.find(nodeid)}
        result = Hunter(bench).hunt(arguments.seconds(context.options.budget), listed)
        adjust(result.candidates)
        _keep(history, result.candidates)
    proposals = proposed(result, context.today())
    context.answer(show.hunted(result, proposals), lambda: show.hunted_text(result, proposals))
    write_job_summary(show.hunted_markdown(result, proposals))
    return 1 if result.candidates or result.unmeasured else 0


def proposed(result: Hunted, today: dt.date) -> dict[str, str]:
    """The entries to paste, by test: for what failed under load, and never alone."""
    eligible = [one for one in result.candidates if one.tally.load_failures and one.verdict not in FAILING]
    return {one.nodeid: edit.toml_of(keeping.proposal(one, today)) for one in eligible}


def bisect(context: Context) -> int:
    """Find a smallest set of neighbours beside which the test fails."""
    lab, settings = context.lab(), context.settings()
    suite = lab.collect()
    wanted, _ = context.expand(lab, suite, [context.options.nodeid])
    if len(wanted) != 1:
        raise QuarantineError(f"{context.options.nodeid} must name one test; it names {len(wanted)}")
    workers = context.options.workers or max(BISECT_WORKERS, settings.workers[0])
    bench = Workbench(lab=lab, suite=suite, settings=settings, say=context.say)
    suspects, shared = Explainer(bench).culprits(wanted[0], workers)
    names = [suspect.nodeid for suspect in suspects if suspect.failed_with or suspect.p < 1]
    strong = [suspect.nodeid for suspect in suspects if suspect.p <= STRONG]
    found = Bisector(lab, wanted[0], workers, settings.seed, context.say).find(strong or names)
    context.answer(show.bisected(found, shared), lambda: show.bisected_text(found, shared))
    return 0 if found.failures else 1


def _judge(one: Measurement, register: Register, today: dt.date, history: History | None) -> bool:
    """Let the register's rules come before the measurement's; true if a healed test has stayed too long."""
    entry = register.find(one.nodeid)
    if entry is None or one.verdict in FAILING:
        return False
    if entry.days_left(today) < 0:
        one.verdict, one.more = Verdict.EXPIRED, f"it expired on {entry.expires}"
    elif not entry.owner:
        one.verdict = Verdict.NO_OWNER
    if one.verdict is not Verdict.HEALED:
        return False
    since = history.healed_since(one.nodeid) if history else None
    overdue = since is not None and (today - since).days >= HEALED_DAYS
    word = f"release it, it is healed since {since}" if overdue else "it may be released"
    one.more = f"{word}: flake-quarantine release '{entry.nodeid}'"
    return overdue


def _keep(history: History | None, found: Sequence[Measurement]) -> None:
    if history:
        for one in found:
            history.append_verdict(one.nodeid, one.verdict.value, json.dumps(show.details(one)))


HANDLERS = {
    "measure": measure,
    "hunt": hunt,
    "bisect": bisect,
    "list": keeping.list_entries,
    "add": keeping.add,
    "release": keeping.release,
    "report": keeping.report,
    "explain": keeping.explain,
}
