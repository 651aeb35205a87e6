"""Finds tests that dead workers left behind: collected, and reported by no worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from flake_quarantine.node_ids import strip_group

# With these, pytest has come to its end; with any other, it says itself that it stopped.
FINISHED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


class LostTests:
    """Counts, for each test, the workers that have still to report it: all with `--dist each`, otherwise one."""

    def __init__(self, config: pytest.Config) -> None:
        self.each = config.getoption("dist", "no") == "each"
        self.collections = 1
        self.waiting: Counter[str] = Counter()
        self.collected_all = True
        self.worker_died = False

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        """Note how many workers there are to begin with."""
        self.collections = len(specs) if self.each else 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Note what is to be run; a worker that takes the place of a dead one collects the same again."""
        if self.collections:
            self.collections -= 1
            self.waiting.update(dict.fromkeys(ids, 1))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that collecting failed, after which xdist runs nothing, and says so."""
        self.collected_all = self.collected_all and not report.failed

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, error: object | None) -> None:
        """Note the death of a worker: without one, a test that was not reported was left out by another plugin."""
        self.worker_died = self.worker_died or error is not None

    def add_report(self, report: pytest.TestReport) -> None:
        """Take a test off the list: at its first report, or at its last one if each worker runs it."""
        if not self.each:
            self.waiting.pop(report.nodeid, None)
        elif report.when not in ("setup", "call"):
            self.waiting[report.nodeid] -= 1

    def find(self, exit_status: int) -> list[str]:
        """Return the tests that dead workers left behind although pytest came to its end, in their order."""
        if exit_status not in FINISHED or not (self.worker_died and self.collected_all):
            return []
        return list(dict.fromkeys(strip_group(nodeid) for nodeid, count in self.waiting.items() if count > 0))
