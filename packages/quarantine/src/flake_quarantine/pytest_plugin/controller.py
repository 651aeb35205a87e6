"""The plugin in an ordinary run: quarantined failures do not fail it, and failures are looked at again alone."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Generator
from typing import Any

import pytest

from flake_quarantine.pytest_plugin import junit_xml as junit
from flake_quarantine.pytest_plugin import summary
from flake_quarantine.pytest_plugin.failed_tests import Finding, Problem, add_command, examine
from flake_quarantine.pytest_plugin.failure_signature import signature_of
from flake_quarantine.pytest_plugin.inherited_options import lab_of
from flake_quarantine.register import Entry, Register, without_group

QUARANTINED = "quarantined"
PROPERTY = "flake_quarantine"
OUTPUT = "flake_quarantine"
Status = tuple[str, str, tuple[str, dict[str, bool]]]  # category, letter, and word with its colour
MOST_EXAMINED = 10  # when more tests fail, the change is broken, and time is better spent on it


class Shield:
    """Where tests run, in a worker or without workers: takes the sting out of quarantined failures."""

    def __init__(self, config: pytest.Config, register: Register) -> None:
        self.config, self.register = config, register
        self.today = register.today(dt.date.today())
        self.collected: dict[str, list[str]] = {"selected": [], "missing": []}
        self.unseen_files: set[str] = set()
        self.hang_seconds = float(config.getini("quarantine_hang_seconds"))

    def protects(self, nodeid: str) -> bool:
        """Whether a failure of this test is shielded: it is quarantined, and the quarantine has not ended."""
        entry = self.register.find(without_group(nodeid))
        return entry is not None and entry.days_left(self.today) >= 0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn a quarantined failure into an outcome of its own, before anything counts it."""
        report = yield
        if report.failed and self.protects(item.nodeid):
            report.outcome = QUARANTINED  # type: ignore[assignment]
            item.user_properties.append((PROPERTY, QUARANTINED))
            report.user_properties.append((PROPERTY, QUARANTINED))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """End a quarantined test that hangs, unless pytest-timeout is to end it."""
        able = hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
        if not able or not self.protects(item.nodeid) or _has_timeout(item):
            return (yield)
        before = signal.signal(signal.SIGALRM, _hung)
        signal.setitimer(signal.ITIMER_REAL, self.hang_seconds)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that could not be read, or was skipped, says nothing about the tests inside."""
        if not report.passed:
            self.unseen_files.add(report.nodeid.split("::")[0])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Find entries whose test is gone, before anything is deselected."""
        ids = [without_group(item.nodeid) for item in items]
        gone = [entry for entry in self.register.entries if not any(entry.covers(nodeid) for nodeid in ids)]
        self.collected["missing"] = [entry.nodeid for entry in gone if self._is_gone(entry)]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which entries this run is about."""
        found = {self.register.find(without_group(item.nodeid)) for item in session.items}
        self.collected["selected"] = [entry.nodeid for entry in found if entry]

    def pytest_sessionfinish(self) -> None:
        """Send what was found to the controller."""
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[OUTPUT] = self.collected

    def _is_gone(self, entry: Entry) -> bool:
        """Whether this run would have collected the test if it were there."""
        path = self.config.rootpath / entry.nodeid.split("::")[0]
        if not path.exists():
            return True
        option = self.config.option
        narrowed = any(getattr(option, name, None) for name in ("lf", "ignore", "ignore_glob", "pyargs"))
        if narrowed or any(entry.nodeid.startswith(unseen) for unseen in self.unseen_files if unseen):
            return False
        return any(self._reaches(argument, entry) for argument in self.config.args)

    def _reaches(self, argument: str, entry: Entry) -> bool:
        """Whether an argument of pytest asks for all of the entry's file, or for the entry itself."""
        path, _, names = argument.partition("::")
        asked = self.config.invocation_params.dir / path
        file = self.config.rootpath / entry.nodeid.split("::")[0]
        if not names:
            return file == asked or asked in file.parents
        wanted = f"{entry.nodeid.split('::')[0]}::{names}"
        return file == asked and (entry.nodeid == wanted or entry.nodeid.startswith((f"{wanted}::", f"{wanted}[")))


class Supervisor:
    """Where the run is reported: examines failures alone, and says what they are."""

    def __init__(self, config: pytest.Config, register: Register, history: str) -> None:
        self.config, self.register, self.history = config, register, history
        self.today = register.today(dt.date.today())
        self.distributed = config.getoption("dist", "no") != "no"
        self.findings: dict[str, Finding] = {}
        self.problems: list[Problem] = []
        self.selected: set[str] = set()
        self.missing: set[str] | None = None
        self.outcomes: dict[tuple[str, str], dict[str, Any]] = {}
        self.cancelled = False
        self.closing = False

    def pytest_report_header(self) -> str | None:
        """Say how many tests are quarantined, where there is a register."""
        path = self.register.path
        if not path.exists():
            return None
        return f"quarantine: {len(self.register.entries)} listed in {os.path.relpath(path, self.config.rootpath)}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        """Show a quarantined failure as such."""
        if report.outcome != QUARANTINED:
            return None
        return QUARANTINED, "Q", ("QUARANTINED", {"yellow": True})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the first failure of each test."""
        if self.history:
            self._remember(report)
        if report.passed or report.skipped or self.closing:
            return
        nodeid = without_group(report.nodeid)
        if nodeid not in self.findings:
            entry = self.register.find(nodeid) if report.outcome == QUARANTINED else None
            self.findings[nodeid] = Finding(nodeid, entry, report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Treat the death of a worker in a quarantined test as a failure of that test."""
        entry = self.register.find(without_group(crashitem))
        if entry is not None and entry.days_left(self.today) >= 0:
            report.outcome = QUARANTINED  # type: ignore[assignment]
            report.when = "teardown"  # there will be no other report that closes the test
            report.user_properties.append((PROPERTY, QUARANTINED))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker collected."""
        output = getattr(node, "workeroutput", {}).get(OUTPUT)
        if output is not None:
            self._collected(output)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell a person's Ctrl-C, after which nothing is started any more, from xdist's way to stop early."""
        self.cancelled = excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Examine failures when all workers are gone, then let others report, then add what they cannot know."""
        self._take_in_own_collection()
        if not self.cancelled:
            self._examine()
        self._find_problems()
        self.closing = True
        for problem in self.problems:
            self.config.hook.pytest_runtest_logreport(report=problem.report())
        if self.problems and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        result = yield
        junit.amend(self.config, list(self.findings.values()))
        summary.write_github(self)
        if self.history:
            self._record()
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show quarantined failures and unlisted flakes under their own heading."""
        summary.write_terminal(self, terminalreporter)

    def commands(self) -> list[str]:
        """What to type to quarantine the flakes that this run found."""
        return [add_command(finding) for finding in self.findings.values() if finding.is_new_flake]

    def _collected(self, output: dict[str, list[str]]) -> None:
        self.selected.update(output["selected"])
        missing = set(output["missing"])
        self.missing = missing if self.missing is None else self.missing & missing

    def _take_in_own_collection(self) -> None:
        shield = self.config.pluginmanager.get_plugin("flake-quarantine-shield")
        if isinstance(shield, Shield):
            self._collected(shield.collected)

    def _examine(self) -> None:
        """Run failed tests again, alone: quarantined ones always, others when they ran beside something."""
        times = self.config.getini("quarantine_alone_runs")
        wanted = [finding for finding in self.findings.values() if finding.entry or self.distributed]
        if not wanted or not times:
            return
        dsession = self.config.pluginmanager.get_plugin("dsession")
        if dsession is not None:
            dsession.pytest_sessionfinish()  # alone means that no worker is left
        wanted.sort(key=lambda finding: finding.entry is None)
        if len(wanted) > MOST_EXAMINED:
            summary.say(self.config, f"{len(wanted)} tests failed; {MOST_EXAMINED} of them are run again alone")
        examine(lab_of(self.config), wanted[:MOST_EXAMINED], times)

    def _find_problems(self) -> None:
        for entry in self.register.entries:
            if entry.nodeid in (self.missing or ()):
                self.problems.append(Problem(entry.nodeid, "setup", _missing(entry, self.register)))
            elif entry.nodeid in self.selected and entry.days_left(self.today) < 0:
                self.problems.append(Problem(entry.nodeid, "setup", _expired(entry, self.register)))
        for finding in self.findings.values():
            if finding.entry and finding.alone_failure:
                text = f"quarantined, but it fails alone too: a regression, not a flake\n\n{finding.alone_failure.text}"
                self.problems.append(Problem(finding.report.nodeid, "call", text))

    def _remember(self, report: pytest.TestReport) -> None:
        if self.closing:
            return
        worker = getattr(getattr(report, "node", None), "gateway", None)
        key = (without_group(report.nodeid), getattr(worker, "id", "main"))
        known = self.outcomes.setdefault(key, {"outcome": "passed", "seconds": 0.0, "signature": ""})
        known["seconds"] += getattr(report, "duration", 0.0)
        if report.skipped and known["outcome"] == "passed" and not hasattr(report, "wasxfail"):
            known["outcome"] = "skipped"
        elif not report.passed and not report.skipped:
            crash = getattr(report.longrepr, "reprcrash", None)
            message = crash.message if crash is not None else str(report.longrepr)
            known["outcome"] = "failed"
            known["signature"] = signature_of(report.nodeid.split("::")[0], message, report.when)

    def _record(self) -> None:
        from flake_quarantine.history import History, Outcomes

        workers = int(getattr(self.config.option, "numprocesses", None) or 0)
        rows = [
            (nodeid, str(known["outcome"]), float(known["seconds"]), str(known["signature"]))
            for (nodeid, _), known in self.outcomes.items()
        ]
        alone = [
            (finding.nodeid, run.outcome.value, run.seconds, run.signature)
            for finding in self.findings.values()
            for run in finding.alone
        ]
        with History(self.config.rootpath / self.history) as history:
            history.append(Outcomes("run", workers, rows))
            if alone:
                history.append(Outcomes("alone", 0, alone))


def _has_timeout(item: pytest.Item) -> bool:
    """Whether pytest-timeout is there and has a limit for this test: installed alone, it ends nothing."""
    if not item.config.pluginmanager.hasplugin("timeout"):
        return False
    return bool(getattr(item.config, "_env_timeout", None)) or item.get_closest_marker("timeout") is not None


def _missing(entry: Entry, register: Register) -> str:
    return (
        f"{register.path}:{entry.line}: {entry.nodeid} is quarantined, but there is no such test any more\n"
        f"take the entry out: flake-quarantine release '{entry.nodeid}'"
    )


def _expired(entry: Entry, register: Register) -> str:
    return (
        f"{register.path}:{entry.line}: the quarantine of {entry.nodeid} expired on {entry.expires}\n"
        f"mend the test and release it, or measure it again: flake-quarantine measure '{entry.nodeid}'"
    )


def _hung(_signal: int, _frame: object) -> None:
    pytest.fail("a quarantined test hung; quarantine_hang_seconds says for how long it may")
