"""The commands that run tests: measure, hunt and bisect."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Callable, Sequence

from flake_quarantine import job_summary
from flake_quarantine.campaigns.bisection import BisectionResult
from flake_quarantine.campaigns.bisector import Bisector
from flake_quarantine.campaigns.campaign import Campaign
from flake_quarantine.campaigns.cause_finder import CauseFinder
from flake_quarantine.campaigns.hunter import Hunter, HuntResult
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.campaigns.order_bisector import MAX_EARLIER, OrderBisector
from flake_quarantine.campaigns.shards import Shard, choose_tests
from flake_quarantine.cli import arguments, register_commands, register_editor, render
from flake_quarantine.cli.findings import HEALED_DAYS
from flake_quarantine.cli.invocation import Invocation
from flake_quarantine.cli.issue_command import Notice, give_notice
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.measurement import Measurement, correct_p_values
from flake_quarantine.inference.stopping_rule import FAILING, Verdict
from flake_quarantine.inference.suspects import list_port_holders
from flake_quarantine.inference.tally import Tally
from flake_quarantine.job_summary import Link
from flake_quarantine.node_ids import extract_path
from flake_quarantine.register import Register
from flake_quarantine.runner.batches import choose_neighbours
from flake_quarantine.runner.pytest_runner import PytestRunner

BISECT_WORKERS = 4
STRONG = 0.001  # suspects this clear are bisected alone


def measure(invocation: Invocation) -> int:
    """Measure the named tests, or every entry of the register, alone and under load."""
    register, runner, settings = invocation.load_register(), invocation.make_runner(), invocation.make_settings()
    suite = invocation.collect_suite(runner)
    names = invocation.options.nodeid or [entry.nodeid for entry in register.entries]
    wanted, missing = invocation.find_tests(runner, suite, names)
    with invocation.open_history() as history:
        campaign = Campaign(
            runner=runner,
            suite=suite,
            settings=settings,
            history=history,
            report_progress=invocation.report_progress,
        )
        found = Measurer(campaign).measure(wanted)
        correct_p_values(found)
        found += [_describe_missing(nodeid, runner) for nodeid in missing]
        overdue = [_apply_register(one, register, invocation.resolve_today(), history) for one in found]
        _record_verdicts(history, found)
    invocation.print_result(
        [render.serialize_measurement(one) for one in found], lambda: render.format_measurements(found)
    )
    is_red = any(overdue) or any(one.verdict in FAILING for one in found)
    links = [Link(f"{one.nodeid}: {one.verdict}", entry.issue) for one in found if (entry := register.find(one.nodeid))]
    job_summary.append(render.tabulate_measurements(found), is_red=is_red, links=links)
    return int(is_red)


def _describe_missing(nodeid: str, runner: PytestRunner) -> Measurement:
    """Return the verdict on a name for which pytest collects no test."""
    there = extract_path(nodeid) in runner.uncollected
    hint = "its file cannot be collected" if there else "there is no such test"
    return Measurement(nodeid=nodeid, tally=Tally([]), verdict=Verdict.MISSING, hint=hint)


def hunt(invocation: Invocation) -> int:
    """Look for unknown flakes until the time is up."""
    # Read first: a mistake is told before pytest collects for a minute.
    shard = arguments.parse_shard(invocation.options.shard) if invocation.options.shard else None
    register, runner = invocation.load_register(), invocation.make_runner()
    named = invocation.options.nodeid
    suite = invocation.collect(runner, named) if named else invocation.collect_suite(runner)
    if not suite:
        raise QuarantineError("pytest collects no tests here")
    with invocation.open_history() as history:
        campaign = Campaign(
            runner=runner,
            suite=suite,
            settings=invocation.make_settings(),
            history=history,
            report_progress=invocation.report_progress,
        )
        listed = {nodeid for nodeid in suite if register.find(nodeid)}
        tests = _choose_hunted_tests(campaign, shard) if shard else suite
        result = Hunter(campaign, tests).hunt(arguments.parse_seconds(invocation.options.budget), listed)
        correct_p_values(result.candidates)
        _record_verdicts(history, result.candidates)
        proposals = propose_entries(result, invocation.resolve_today(), _make_filer(invocation, history))
    invocation.print_result(render.serialize_hunt(result, proposals), lambda: render.format_hunt(result, proposals))
    is_red = bool(result.candidates or result.unmeasured)
    job_summary.append(render.tabulate_hunt(result, proposals), is_red=is_red)
    return int(is_red)


def _choose_hunted_tests(campaign: Campaign, shard: Shard) -> list[str]:
    tests = choose_tests(campaign.suite, campaign.history.list_seconds() if campaign.history else {}, shard)
    campaign.report_progress(f"shard {shard}: {len(tests)} of {len(campaign.suite)} tests")
    return tests


def propose_entries(
    result: HuntResult, today: dt.date, file_issue: Callable[[Measurement], str] = lambda one: ""
) -> dict[str, str]:
    """Return the entries to paste, as TOML by node id: for tests that failed under load, and never alone.

    `file_issue` returns the link to the issue of a test, if it can file one.
    """
    eligible = [one for one in result.candidates if one.tally.load_failures and one.verdict not in FAILING]
    entries = [register_commands.propose_entry(one, today, file_issue(one)) for one in eligible]
    return {entry.nodeid: register_editor.format_entry(entry) for entry in entries}


def _make_filer(invocation: Invocation, history: History | None) -> Callable[[Measurement], str]:
    """Return what files an issue of a candidate with the command of the user's choice, once with a history."""

    def file_issue(one: Measurement) -> str:
        notice = Notice(
            event="found",
            nodeid=one.nodeid,
            owner="",
            issue="",
            title=f"Flaky test: {one.nodeid}",
            text=f"```\n{render.format_measurements([one])}\n```\n",
        )
        try:
            return give_notice(invocation.options.issue_command, notice, history, key="found").issue
        except QuarantineError as error:  # the hunt's answer is worth more than the issue
            invocation.report_progress(str(error))
            return ""

    return file_issue if invocation.options.issue_command else lambda one: ""


def bisect(invocation: Invocation) -> int:
    """Find a smallest set of tests with which the test fails: before it in one process, or at the same time."""
    runner, settings = invocation.make_runner(), invocation.make_settings()
    suite = invocation.collect_suite(runner)
    wanted, _ = invocation.find_tests(runner, suite, [invocation.options.nodeid])
    if len(wanted) != 1:
        raise QuarantineError(f"{invocation.options.nodeid} must name one test; it names {len(wanted)}")
    workers = invocation.options.workers or max(BISECT_WORKERS, settings.workers[0])
    campaign = Campaign(runner=runner, suite=suite, settings=settings, report_progress=invocation.report_progress)
    result = _bisect_order(campaign, wanted[0]) or _bisect_load(campaign, wanted[0], workers)
    invocation.print_result(render.serialize_bisection(result), lambda: render.format_bisection(result))
    return 0 if result.failures else 1


def _bisect_order(campaign: Campaign, nodeid: str) -> BisectionResult | None:
    """Find the tests after which it fails; they run in the order of the suite, or in the reverse."""
    seed = campaign.settings.seed
    chosen = set(choose_neighbours(campaign.suite, nodeid, MAX_EARLIER, seed))
    # In fresh processes: a fork has imported the files of tests that the order leaves out.
    bisector = OrderBisector(campaign.limited_runner.fresh, nodeid, seed, campaign.report_progress)
    return bisector.bisect([name for name in campaign.suite if name in chosen])


def _bisect_load(campaign: Campaign, nodeid: str, workers: int) -> BisectionResult:
    """Find the neighbours at the same time as which it fails."""
    finder = CauseFinder(campaign)
    suspects, shared = finder.find_suspects(nodeid, workers)
    candidates = [suspect.nodeid for suspect in suspects if suspect.failed_with or suspect.p < 1]
    strong = [suspect.nodeid for suspect in suspects if suspect.p <= STRONG]
    # What touches the same things as the test is tried first, even where it met the test too seldom to stand out.
    others = set(campaign.suite) - {nodeid}
    holders = sorted({name for names in shared.values() for name in names} & others)
    likeliest = [*sorted(list_port_holders(shared) & others), *strong] if strong else [*holders, *candidates]
    bisector = Bisector(
        campaign.limited_runner,
        nodeid,
        workers,
        campaign.settings.seed,
        campaign.report_progress,
        shared=shared,
        hung=finder.hung,
    )
    return bisector.bisect(list(dict.fromkeys(likeliest)))


def _apply_register(one: Measurement, register: Register, today: dt.date, history: History | None) -> bool:
    """Let the register's rules come before the measurement's; true if a healed test has stayed too long."""
    entry = register.find(one.nodeid)
    if entry is None or one.verdict in FAILING:
        return False
    if entry.count_days_left(today) < 0:
        one.verdict, one.hint = Verdict.EXPIRED, f"it expired on {entry.expires}"
    elif not entry.owner:
        one.verdict = Verdict.NO_OWNER
    if one.verdict is not Verdict.HEALED:
        return False
    since = history.find_healed_since(one.nodeid) if history else None
    overdue = since is not None and (today - since).days >= HEALED_DAYS
    advice = f"release it, it is healed since {since}" if overdue else "it may be released"
    one.hint = f"{advice}: flake-quarantine release {shlex.quote(entry.nodeid)}"
    return overdue


def _record_verdicts(history: History | None, found: Sequence[Measurement]) -> None:
    if history:
        for one in found:
            details = json.dumps(render.serialize_details(one))
            history.append_verdict(one.nodeid, one.verdict.value, details)
