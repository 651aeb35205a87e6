"""Hooks of a measuring process: replace tests by shuffled copies, and log how each run went."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from flake_quarantine.failure_signature import sign_report
from flake_quarantine.node_ids import strip_group
from flake_quarantine.runner.trial_log import TrialLogWriter
from flake_quarantine.runner.trial_spec import TrialSpec
from flake_quarantine.runs import Outcome
from flake_quarantine.trial.audit_hook import AuditHook
from flake_quarantine.trial.item_copies import copy_items, deal_items

MAX_TEXT = 4000
GIL_SLICE = 400_000  # iterations of C code that keep the interpreter lock for some ten milliseconds
GIL_PAUSE = 0.002  # seconds
CACHE_PLUGINS = ("lfplugin", "lfplugin-collwrapper", "nfplugin", "stepwiseplugin")
NEUTRAL_OPTIONS = {
    "maxfail": 0,
    "usepdb": False,
    "basetemp": None,
    "stepwise": False,
    # Files of pytest itself, pytest-html, pytest-json-report and pytest-reportlog.
    "xmlpath": None,
    "log_file": os.devnull,
    "htmlpath": None,
    "json_report": False,
    "report_log": None,
}


def isolate(config: pytest.Config) -> None:
    """Switch off what would stop the trial early, or write over files of the run that started it."""
    config.pluginmanager.register(CacheRemover(config), "flake-quarantine-cache-remover")
    for option, value in NEUTRAL_OPTIONS.items():
        if hasattr(config.option, option) and not (option == "basetemp" and hasattr(config, "workerinput")):
            setattr(config.option, option, value)


def record_runs(config: pytest.Config, spec: TrialSpec) -> None:
    """Log the runs that this process makes, and run none more often than the spec says."""
    recorder = TrialRecorder(config, spec)
    config.pluginmanager.register(recorder, "flake-quarantine-trial-recorder")
    config.pluginmanager.register(RepeatSkipper(recorder), "flake-quarantine-repeat-skipper")


class CacheRemover:
    """Keeps pytest's cache out of a trial."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Remove the plugins that select tests by earlier runs and remember this one."""
        for name in CACHE_PLUGINS:
            if self.config.pluginmanager.has_plugin(name):
                self.config.pluginmanager.unregister(name=name)


class TrialRecorder:
    """Logs every run of every test in this process."""

    def __init__(self, config: pytest.Config, spec: TrialSpec) -> None:
        self.spec = spec
        workerinput: dict[str, str] = getattr(config, "workerinput", {})
        self.log = TrialLogWriter(spec.log_folder, workerinput.get("workerid", "alone"))
        self.audit_hook = AuditHook(Path(spec.log_folder).parent) if spec.audit else None
        self.ran: set[str] = set()
        self.current: pytest.Item | None = None
        self.outcome = Outcome.PASSED
        self.signature = self.text = ""
        self.reported = False  # whether the current run came to its end
        self.rootdir = str(config.rootpath)
        for _ in range(spec.loop_noise):
            threading.Thread(target=_hold_interpreter_lock, daemon=True).start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Replace what was collected by the copies that the spec asks for, in shuffled order.

        These are run even if another plugin leaves them out, as those do that give each machine a share of the tests.
        """
        found = list(items)
        result = yield
        parts = self.spec.parts
        collected = [strip_group(item.nodeid) for item in items] if parts is None else []
        self.log.write(collected=collected, rootdir=self.rootdir)
        if parts is not None:
            known = {strip_group(item.nodeid): item for item in (*found, *items)}
            items[:] = deal_items(copy_items(known, parts, self.spec.seed), self.spec.workers)
        return result

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Log what cannot be collected, such as a file that cannot be imported."""
        if report.failed:
            self.log.write(uncollected=report.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Log start and end of one run."""
        nodeid = strip_group(item.nodeid)
        self.current = None if nodeid in self.spec.once_per_process and nodeid in self.ran else item
        if self.current is None:
            return (yield)
        self.ran.add(nodeid)
        lock = self._wait_for_turn(nodeid)
        self.outcome, self.signature, self.text, self.reported = Outcome.PASSED, "", "", False
        self.log.write(nodeid=nodeid, start=time.monotonic())
        if self.audit_hook:
            self.audit_hook.start()
        try:
            return (yield)
        finally:
            touched = self.audit_hook.stop() if self.audit_hook else ()
            self._log_end(touched)
            if lock is not None:
                os.close(lock)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take the worst of setup, call and teardown."""
        report = yield
        if report.failed:
            self._note_failure(report)
        elif report.skipped and not hasattr(report, "wasxfail") and self.outcome is Outcome.PASSED:
            self.outcome = Outcome.SKIPPED
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the end of a run, and a failure of a test that another plugin ran in a process of its own."""
        if report.failed:
            self._note_failure(report)
        self.reported = self.reported or report.when == "teardown"

    def is_repeated(self, item: pytest.Item) -> bool:
        """Tell whether this process has run the test before and must not run it again."""
        return self.current is not item

    def _note_failure(self, report: pytest.TestReport) -> None:
        if self.outcome is Outcome.FAILED:
            return
        self.outcome = Outcome.FAILED
        self.signature = sign_report(report)
        self.text = str(report.longrepr)[-MAX_TEXT:]

    def _log_end(self, touched: tuple[str, ...]) -> None:
        """Log how the run ended; a test that ended pytest itself, by Ctrl-C or `pytest.exit`, has no outcome."""
        if not self.reported and self.outcome is not Outcome.FAILED:
            self.outcome, self.text = Outcome.NOT_RUN, "the test ended pytest before it was reported"
        self.log.write(
            stop=time.monotonic(), outcome=self.outcome, signature=self.signature, text=self.text, touched=touched
        )

    def _wait_for_turn(self, nodeid: str) -> int | None:
        """Take the lock of an exclusive test, and return its descriptor; the kernel frees it if the process dies."""
        if nodeid not in self.spec.exclusive:
            return None
        lock = os.open(Path(self.spec.log_folder) / "turn.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


class RepeatSkipper:
    """Skips copies of a test that this process has run already."""

    def __init__(self, recorder: TrialRecorder) -> None:
        self.recorder = recorder

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Only tear down what the next item does not need."""
        if not self.recorder.is_repeated(item):
            return None
        item.session._setupstate.teardown_exact(nextitem)
        return True


def _hold_interpreter_lock() -> None:
    """Starve event loops: hold the interpreter lock in slices, until the process ends."""
    while True:
        sum(range(GIL_SLICE))
        time.sleep(GIL_PAUSE)
