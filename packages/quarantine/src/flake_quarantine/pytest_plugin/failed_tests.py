"""Failed tests of an ordinary run, and what running them again alone says about them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from flake_quarantine.machine_load import is_foreign
from flake_quarantine.register import Entry
from flake_quarantine.runs import Outcome, Run

if TYPE_CHECKING:
    from flake_quarantine.runner.pytest_runner import PytestRunner


@dataclass
class FailedTest:
    """A failed test: the entry that quarantines it, the report of its first failure, and its runs alone."""

    nodeid: str
    entry: Entry | None
    report: pytest.TestReport
    alone: list[Run] = field(default_factory=list)

    @property
    def alone_failure(self) -> Run | None:
        """The run alone that failed, if one did."""
        return next((run for run in self.alone if run.failed), None)

    @property
    def is_new_flake(self) -> bool:
        """Whether it is not quarantined, failed while other tests ran, and passed alone."""
        return self.entry is None and self.is_examined and self.alone_failure is None

    @property
    def is_examined(self) -> bool:
        """Whether a run alone says anything about it."""
        return any(run.counts for run in self.alone)

    @property
    def conclusion(self) -> str:
        """What the runs alone say, in words."""
        if self.alone_failure is not None:
            return "fails alone too"
        if self.is_examined:
            runs = sum(run.counts for run in self.alone)
            return f"passes alone: a concurrency flake ({runs} of {runs} runs alone passed)"
        if not self.alone:
            return "not run again alone"
        run = self.alone[-1]
        if run.outcome is Outcome.NOT_RUN:
            return f"could not be run alone ({run.text.partition(chr(10))[0]})"
        return "skipped when it was run alone"

    @property
    def doubt(self) -> str:
        """What speaks against its failure alone: other programs used much of the machine; empty if nothing does."""
        load = self.alone_failure.load if self.alone_failure else None
        return f"it failed alone {load.describe()}" if load and is_foreign(load) else ""

    @property
    def last_output(self) -> str:
        """The end of what pytest printed, if the test could not be run alone."""
        return "" if self.is_examined or not self.alone else self.alone[-1].text


def rerun_alone(runner: PytestRunner, failed_tests: Sequence[FailedTest], times: int, seconds: float) -> bool:
    """Run each test alone until it fails, `times` times at most; return whether `seconds` were enough for all.

    Each test has its first run before any has its second: a test that was run once is examined.
    """
    until = time.monotonic() + seconds
    limited = replace(runner, until=until)
    for _ in range(times):
        for failed in failed_tests:
            if time.monotonic() >= until:
                return False
            if failed.alone_failure is None and all(run.counts for run in failed.alone):
                failed.alone.append(limited.run_alone(failed.nodeid))
    return True


def format_add_command(failed: FailedTest) -> str:
    """Return the command that quarantines the test."""
    return f"flake-quarantine add {shlex.quote(failed.nodeid)} --owner NAME --issue LINK --reason WHY"
