"""Keeps quarantined failures out of pytest's own counters: those behind the exit status, -x, --lf and --sw."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from flake_quarantine.pytest_plugin.quarantined_outcome import is_quarantined, mark_quarantined

SESSION_FIELDS = ("testsfailed", "shouldfail", "_shouldfail", "shouldstop", "_shouldstop")
STEPWISE_FIELDS = ("skip", "lastfailed", "last_failed")
Field = tuple[dict[str, object], str, object]  # the attributes of an object, the name of one, and its value


class FailureCounters:
    """Puts the counters back after each quarantined failure, which other plugins see as the failure that it is."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.session: pytest.Session | None = None
        self.failed_in_subtests: set[str] = set()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session, which counts."""
        self.session = session

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, object, object]:
        """Let all plugins handle the report, then undo what it counted for."""
        self._note_subtests(report)
        if not is_quarantined(report):
            return (yield)
        fields = list(self._read_fields())
        known = self._read_last_failed().copy()
        try:
            return (yield)
        finally:
            for attributes, name, value in fields:
                attributes[name] = value
            for nodeid in self._read_last_failed().keys() - known.keys():
                del self._read_last_failed()[nodeid]
            self._discount_for_xdist(report)

    def _note_subtests(self, report: pytest.TestReport) -> None:
        """Fail a test whose subtests failed in quarantine; pytest does so only while it shows the report."""
        if hasattr(report, "context"):
            if is_quarantined(report):
                self.failed_in_subtests.add(report.nodeid)
        elif report.when == "call" and report.nodeid in self.failed_in_subtests:
            self.failed_in_subtests.remove(report.nodeid)
            if report.passed and not self.config.pluginmanager.hasplugin("dsession"):  # else its worker has done so
                report.outcome, report.longrepr = "failed", "a subtest failed"
                mark_quarantined(report)

    def _read_fields(self) -> Iterator[Field]:
        stepwise = self.config.pluginmanager.get_plugin("stepwiseplugin")
        cached = getattr(stepwise, "cached_info", None)
        for counting, names in ((self.session, SESSION_FIELDS), (stepwise, STEPWISE_FIELDS), (cached, STEPWISE_FIELDS)):
            attributes = getattr(counting, "__dict__", {})
            yield from ((attributes, name, attributes[name]) for name in names if name in attributes)

    def _read_last_failed(self) -> dict[str, bool]:
        known: dict[str, bool] = getattr(self.config.pluginmanager.get_plugin("lfplugin"), "lastfailed", {})
        return known

    def _discount_for_xdist(self, report: pytest.TestReport) -> None:
        """Take the failure off before xdist counts it; it does not count the death of a worker."""
        dsession = self.config.pluginmanager.get_plugin("dsession")
        if dsession is not None and not getattr(report, "flake_quarantine_crash", False):
            dsession.countfailures -= 1
