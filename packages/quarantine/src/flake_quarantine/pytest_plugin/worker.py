"""Hooks where tests run, in a worker or without workers: quarantined failures do not fail the run."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from flake_quarantine.node_ids import extract_path, strip_group
from flake_quarantine.pytest_plugin.quarantined_outcome import PROPERTY, QUARANTINED, mark_quarantined
from flake_quarantine.register import Entry, Register

WORKER_OUTPUT = "flake_quarantine"  # the key under which a worker sends its collection to the controller


class WorkerHooks:
    """Marks quarantined failures, and finds entries whose test is gone."""

    def __init__(self, config: pytest.Config, register: Register) -> None:
        self.config, self.register = config, register
        self.today = register.resolve_today(dt.date.today())
        self.collected: dict[str, list[str]] = {"selected": [], "missing": []}
        self.collected_files: set[str] = set()
        self.unseen_files: set[str] = set()
        self.hang_seconds = float(config.getini("quarantine_hang_seconds"))

    def is_quarantined(self, nodeid: str) -> bool:
        """Tell whether an entry covers this test and has not expired."""
        entry = self.register.find(strip_group(nodeid))
        return entry is not None and entry.count_days_left(self.today) >= 0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Mark a quarantined failure, before anything counts it."""
        report = yield
        if report.failed and self.is_quarantined(item.nodeid):
            mark_quarantined(report)
            item.user_properties.append((PROPERTY, QUARANTINED))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """End a quarantined test that hangs, unless pytest-timeout has a limit for it."""
        if not self.is_quarantined(item.nodeid) or _has_timeout(item):
            return (yield)
        with self._limit_time():
            return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note which files were collected; one that could not be read, or was skipped, says nothing about its tests."""
        (self.collected_files if report.passed else self.unseen_files).add(extract_path(report.nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Find entries whose test is gone, before anything is deselected."""
        ids = [strip_group(item.nodeid) for item in items]
        self.collected_files.update(map(extract_path, ids))  # a test that was named is collected without a report
        there = {entry.nodeid for nodeid in ids for entry in self.register.find_all(nodeid)}
        gone = [entry for entry in self.register.entries if entry.nodeid not in there]
        self.collected["missing"] = [entry.nodeid for entry in gone if self._is_gone(entry)]
        return (yield)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which entries this run is about."""
        found = {self.register.find(strip_group(item.nodeid)) for item in session.items}
        self.collected["selected"] = [entry.nodeid for entry in found if entry]

    def pytest_sessionfinish(self) -> None:
        """Send the collection to the controller."""
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[WORKER_OUTPUT] = self.collected

    @contextmanager
    def _limit_time(self) -> Generator[None]:
        """Fail what hangs, by a signal; only the main thread gets it.

        Before 3.6, pytest-xdist runs tests in another thread now and then: there the worker ends, which counts as a
        crash of its test, and another worker goes on.
        """
        if hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread():
            before = signal.signal(signal.SIGALRM, _fail_hung_test)
            signal.setitimer(signal.ITIMER_REAL, self.hang_seconds)
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
        elif hasattr(self.config, "workerinput"):
            timer = threading.Timer(self.hang_seconds, _end_worker)
            timer.daemon = True
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
        else:
            yield

    def _is_gone(self, entry: Entry) -> bool:
        """Tell whether this run would have collected the test if it existed."""
        file = extract_path(entry.nodeid)
        if not (self.config.rootpath / file).exists():
            return True
        if file not in self.collected_files:  # a conftest.py may ignore it, on some systems
            return False
        option = self.config.option
        narrowed = any(getattr(option, name, None) for name in ("lf", "ignore", "ignore_glob", "pyargs"))
        if narrowed or any(entry.nodeid.startswith(unseen) for unseen in self.unseen_files if unseen):
            return False
        return any(self._reaches(argument, entry) for argument in self.config.args)

    def _reaches(self, argument: str, entry: Entry) -> bool:
        """Tell whether an argument of pytest asks for all of the entry's file, or for the entry itself."""
        path, _, names = argument.partition("::")
        asked = self.config.invocation_params.dir / path
        file = self.config.rootpath / extract_path(entry.nodeid)
        if not names:
            return file == asked or asked in file.parents
        wanted = f"{extract_path(entry.nodeid)}::{names}"
        return file == asked and (entry.nodeid == wanted or entry.nodeid.startswith((f"{wanted}::", f"{wanted}[")))


def _has_timeout(item: pytest.Item) -> bool:
    """Tell whether pytest-timeout is there and has a limit for this test: installed alone, it ends nothing."""
    if not item.config.pluginmanager.hasplugin("timeout"):
        return False
    return bool(getattr(item.config, "_env_timeout", None)) or item.get_closest_marker("timeout") is not None


def _fail_hung_test(_signal: int, _frame: object) -> None:
    pytest.fail("a quarantined test hung; quarantine_hang_seconds says for how long it may")


def _end_worker() -> None:
    os._exit(1)
