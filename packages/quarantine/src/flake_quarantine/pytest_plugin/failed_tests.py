"""Failures of an ordinary run, and what running them again alone says about them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from flake_quarantine.register import Entry
from flake_quarantine.runner.pytest_runner import Lab
from flake_quarantine.runner.trial_log import Run


@dataclass
class Finding:
    """One failed test of this run."""

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
        """Whether it is not quarantined, failed beside others and passed alone."""
        return self.entry is None and self._ran and self.alone_failure is None

    @property
    def conclusion(self) -> str:
        """What it is, in words."""
        if self.alone_failure is not None:
            return "fails alone too"
        if self._ran:
            runs = sum(run.counts for run in self.alone)
            return f"passes alone: a concurrency flake ({runs} of {runs} runs alone passed)"
        return "skipped when it was run alone" if self.alone else "not run again alone"

    @property
    def _ran(self) -> bool:
        return any(run.counts for run in self.alone)


@dataclass(frozen=True)
class Problem:
    """Something that fails the run although no unlisted test failed."""

    nodeid: str
    when: str
    text: str

    def report(self) -> pytest.TestReport:
        """A report that everything which counts and shows failures understands."""
        path = self.nodeid.split("::")[0]
        return pytest.TestReport(
            nodeid=self.nodeid,
            location=(path, None, self.nodeid),
            keywords={},
            outcome="failed",
            longrepr=self.text,
            when="call" if self.when == "call" else "setup",
        )


def examine(lab: Lab, findings: Sequence[Finding], times: int) -> None:
    """Run each test alone until it fails, `times` times at most."""
    for finding in findings:
        for _ in range(times):
            finding.alone.append(lab.alone(finding.nodeid))
            if finding.alone_failure is not None:
                break


def add_command(finding: Finding) -> str:
    """The command that quarantines what was found."""
    return f"flake-quarantine add {shlex.quote(finding.nodeid)} --owner NAME --issue LINK --reason WHY"
