"""Failed tests of an ordinary run, and what running them again alone says about them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from flake_quarantine.register import Entry
from flake_quarantine.runs import Run

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
        return self.entry is None and self._ran_alone and self.alone_failure is None

    @property
    def conclusion(self) -> str:
        """What the runs alone say, in words."""
        if self.alone_failure is not None:
            return "fails alone too"
        if self._ran_alone:
            runs = sum(run.counts for run in self.alone)
            return f"passes alone: a concurrency flake ({runs} of {runs} runs alone passed)"
        return "skipped when it was run alone" if self.alone else "not run again alone"

    @property
    def _ran_alone(self) -> bool:
        return any(run.counts for run in self.alone)


def rerun_alone(runner: PytestRunner, failed_tests: Sequence[FailedTest], times: int) -> None:
    """Run each test alone until it fails, `times` times at most."""
    for failed in failed_tests:
        for _ in range(times):
            failed.alone.append(runner.run_alone(failed.nodeid))
            if failed.alone_failure is not None:
                break


def format_add_command(failed: FailedTest) -> str:
    """Return the command that quarantines the test."""
    return f"flake-quarantine add {shlex.quote(failed.nodeid)} --owner NAME --issue LINK --reason WHY"
