"""Appends the outcomes of an ordinary run to the history."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake_quarantine.errors import QuarantineError
from flake_quarantine.failure_signature import sign_report
from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.node_ids import strip_group
from flake_quarantine.pytest_plugin.failed_tests import FailedTest


@dataclass
class _TestOutcome:
    outcome: str = "passed"
    seconds: float = 0.0
    signature: str = ""


class HistoryRecorder:
    """Sums up setup, call and teardown of each test on each worker, and writes them at the end."""

    def __init__(self, path: Path, workers: int) -> None:
        self.path, self.workers = path, workers
        self._outcomes: dict[tuple[str, str], _TestOutcome] = {}

    def add(self, report: pytest.TestReport) -> None:
        """Add one report."""
        gateway = getattr(getattr(report, "node", None), "gateway", None)
        key = (strip_group(report.nodeid), getattr(gateway, "id", "main"))
        known = self._outcomes.setdefault(key, _TestOutcome())
        known.seconds += getattr(report, "duration", 0.0)
        if report.skipped and known.outcome == "passed" and not hasattr(report, "wasxfail"):
            known.outcome = "skipped"
        elif not report.passed and not report.skipped:
            known.outcome = "failed"
            known.signature = sign_report(report)

    def write(self, failed_tests: Collection[FailedTest]) -> None:
        """Append the outcomes of the run, and those of the runs alone after it; raises QuarantineError."""
        rows = [
            OutcomeRow(nodeid, known.outcome, known.seconds, known.signature)
            for (nodeid, _), known in self._outcomes.items()
        ]
        alone = [
            OutcomeRow(failed.nodeid, run.outcome.value, run.seconds, run.signature, run.load)
            for failed in failed_tests
            for run in failed.alone
            if run.is_outcome
        ]
        try:
            with History(self.path) as history:
                history.append(Outcomes("run", self.workers, rows))
                if alone:
                    history.append(Outcomes("alone", 0, alone))
        except (OSError, sqlite3.Error) as error:
            raise QuarantineError(f"{self.path}: {error}") from error
