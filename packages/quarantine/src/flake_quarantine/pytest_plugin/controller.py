"""Hooks where the run is reported: run failed tests again alone, and fail the run where the register is broken."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from flake_quarantine.errors import QuarantineError
from flake_quarantine.node_ids import strip_group
from flake_quarantine.pytest_plugin import summary
from flake_quarantine.pytest_plugin.failed_tests import FailedTest, rerun_alone
from flake_quarantine.pytest_plugin.lost_tests import LostTests
from flake_quarantine.pytest_plugin.quarantined_outcome import QUARANTINED, is_quarantined, mark_quarantined
from flake_quarantine.pytest_plugin.run_state import RunState
from flake_quarantine.pytest_plugin.worker import WORKER_OUTPUT, WorkerHooks
from flake_quarantine.register import Register

if TYPE_CHECKING:
    from flake_quarantine.pytest_plugin.history_recorder import HistoryRecorder

Status = tuple[str, str, tuple[str, dict[str, bool]]]  # category, letter, and word with its colour
MAX_UNLISTED = 10  # when more tests fail, the change is broken, and time is better spent on it


class ControllerHooks:
    """Collects failures, runs them again alone when the workers are gone, and reports the quarantine."""

    def __init__(self, config: pytest.Config, register: Register, history: str) -> None:
        self.config = config
        self.state = RunState(register, register.resolve_today(dt.date.today()))
        self.lost_tests = LostTests(config)
        config.pluginmanager.register(self.lost_tests, "flake-quarantine-lost-tests")
        self.recorder = self._make_recorder(history) if history else None
        self.distributed = config.getoption("dist", "no") != "no"
        self.cancelled = False
        self.closing = False

    def pytest_report_header(self) -> str | None:
        """Say how many tests are quarantined, if there is a register."""
        path = self.state.register.path
        if not path.exists():
            return None
        return f"quarantine: {len(self.state.register.entries)} listed in {os.path.relpath(path, self.config.rootpath)}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        """Show a quarantined failure as such."""
        if not is_quarantined(report):
            return None
        return QUARANTINED, "Q", ("QUARANTINED", {"yellow": True})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the first failure of each test."""
        if self.closing:
            return
        self.lost_tests.add_report(report)
        if self.recorder is not None:
            self.recorder.add(report)
        # Other outcomes are no end of the test: pytest-rerunfailures makes a failure before the last try a "rerun".
        if not report.failed:
            return
        nodeid = strip_group(report.nodeid)
        if nodeid not in self.state.failed_tests:
            entry = self.state.register.find(nodeid) if is_quarantined(report) else None
            self.state.failed_tests[nodeid] = FailedTest(nodeid, entry, report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Treat the death of a worker in a quarantined test as a failure of that test."""
        entry = self.state.register.find(strip_group(crashitem))
        if entry is not None and entry.count_days_left(self.state.today) >= 0:
            mark_quarantined(report)
            report.__dict__["flake_quarantine_crash"] = True
            report.when = "teardown"  # there will be no other report that closes the test

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker collected."""
        output = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
        if output is not None:
            self.state.add_collection(output)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note a user's Ctrl-C, after which no test starts any more; xdist stops early with another exception."""
        self.cancelled = excinfo.type is KeyboardInterrupt

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run failed tests again when all workers are gone, let other plugins report, then amend their reports."""
        self._add_own_collection()
        self.state.lost = self.lost_tests.find(session.exitstatus)
        if not self.cancelled:
            try:
                self._rerun_failed_tests()
            except KeyboardInterrupt:  # the report of the run is written all the same
                session.exitstatus = pytest.ExitCode.INTERRUPTED
                summary.write_line(self.config, "the runs alone were interrupted", red=True)
        self._report_violations(session)
        result = yield
        self._amend_junit_xml()
        self._write_history()
        self._write_job_summary()
        return result

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show quarantined failures and unlisted flakes under their own headings."""
        summary.write_terminal(self.state, terminalreporter)

    def _make_recorder(self, history: str) -> HistoryRecorder:
        # Imported here: a run without a history does not load SQLite.
        from flake_quarantine.pytest_plugin.history_recorder import HistoryRecorder

        workers = int(getattr(self.config.option, "numprocesses", None) or 0)
        return HistoryRecorder(self.config.rootpath / history, workers)

    def _write_history(self) -> None:
        if self.recorder is None:
            return
        try:
            self.recorder.write(self.state.failed_tests.values())
        except QuarantineError as error:  # a broken file says nothing about the tests
            summary.write_line(self.config, f"the history was not written: {error}", red=True)

    def _write_job_summary(self) -> None:
        try:
            summary.write_job_summary(self.state)
        except QuarantineError as error:  # nor does a file that cannot be written
            summary.write_line(self.config, str(error), red=True)

    def _add_own_collection(self) -> None:
        worker = self.config.pluginmanager.get_plugin("flake-quarantine-worker")
        if isinstance(worker, WorkerHooks):
            self.state.add_collection(worker.collected)

    def _rerun_failed_tests(self) -> None:
        """Run failed tests again, alone: quarantined ones always, others if workers ran them in parallel."""
        times = int(self.config.getini("quarantine_alone_runs"))
        self.state.examines = bool(times)
        failed_tests = self.state.failed_tests.values()
        listed = [failed for failed in failed_tests if failed.entry]
        unlisted = [failed for failed in failed_tests if not failed.entry] if self.distributed else []
        if not times or not (listed or unlisted):
            return
        # Alone means that no worker is left. The session's own hook has other arguments in each xdist.
        workers = getattr(self.config.pluginmanager.get_plugin("dsession"), "nodemanager", None)
        if workers is not None:
            workers.teardown_nodes()
        if len(unlisted) > MAX_UNLISTED:
            line = f"{len(unlisted)} tests failed that are not listed; {MAX_UNLISTED} of them are run again alone"
            summary.write_line(self.config, line)
        # Imported here: a run without failures starts no processes.
        from flake_quarantine.pytest_plugin.inherited_options import make_runner

        seconds = float(self.config.getini("quarantine_total_seconds"))
        if not rerun_alone(make_runner(self.config), [*listed, *unlisted[:MAX_UNLISTED]], times, seconds):
            line = f"the time for runs alone is up after {seconds:g} s (quarantine_total_seconds)"
            summary.write_line(self.config, line, red=True)

    def _amend_junit_xml(self) -> None:
        if self.state.failed_tests:
            # Imported here: a run without failures parses no XML.
            from flake_quarantine.pytest_plugin import junit_xml

            violated = {violation.nodeid for violation in self.state.violations if violation.when == "call"}
            junit_xml.amend(self.config, list(self.state.failed_tests.values()), violated)

    def _report_violations(self, session: pytest.Session) -> None:
        self.state.find_violations()
        self.closing = True
        for violation in self.state.violations:
            self.config.hook.pytest_runtest_logreport(report=violation.make_report())
        passed = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if self.state.violations and passed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
