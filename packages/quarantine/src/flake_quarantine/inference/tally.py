"""Runs and failures of one test so far, alone and at each step of the load ladder."""

from __future__ import annotations

from dataclasses import dataclass

from flake_quarantine.inference.statistics import fisher_p_value


@dataclass
class Rung:
    """What happened at one step of the load ladder."""

    workers: int
    runs: int = 0
    failures: int = 0
    events: int = 0  # failures, a burst of them counted once


@dataclass
class Tally:
    """Runs and failures of one test, in both arms.

    A run is foreign if it was made under foreign load: other programs used much of the machine. Alone, one that passes
    says as much as any other, and one that fails says nothing. So that passes are not preferred, no foreign run counts
    once one of them has failed: `alone_runs` and `alone_failures` are of those that count.
    """

    rungs: list[Rung]
    alone_runs: int = 0
    alone_failures: int = 0
    batches: int = 0
    failing_batches: int = 0
    empty_batches: int = 0  # nothing was run: skipped, or the batch could not be used
    load_last: bool = True  # whether the latest runs were under load
    alone_seconds: float = 0.0  # what the runs of each arm took, with the start of their processes
    load_seconds: float = 0.0
    foreign_passes: int = 0  # alone
    foreign_failures: int = 0  # alone
    foreign_uncounted: int = 0  # runs alone, from the first failure among the foreign ones on
    foreign_load_runs: int = 0

    @property
    def foreign_runs(self) -> int:
        """Runs alone under foreign load."""
        return self.foreign_passes + self.foreign_failures

    @property
    def timed_alone_runs(self) -> int:
        """Runs alone that `alone_seconds` holds, also those that do not count."""
        return self.alone_runs + (self.foreign_runs if self.foreign_failures else 0)

    @property
    def load_runs(self) -> int:
        """Runs at all rungs."""
        return sum(rung.runs for rung in self.rungs)

    @property
    def load_failures(self) -> int:
        """Failures at all rungs."""
        return sum(rung.failures for rung in self.rungs)

    @property
    def load_events(self) -> int:
        """Failures at all rungs, a burst counted once."""
        return sum(rung.events for rung in self.rungs)

    @property
    def p(self) -> float:
        """Fisher's one-sided exact p for more failures under load than alone, a burst counted once."""
        return fisher_p_value(self.load_events, self.load_runs, self.alone_failures, self.alone_runs)

    def add_batch(
        self, rung: int, runs: int, failures: int, events: int, *, seconds: float = 0.0, foreign: bool = False
    ) -> None:
        """Count one batch under load, which took so many seconds; `rung` is an index of `rungs`."""
        at = self.rungs[rung]
        at.runs, at.failures, at.events = at.runs + runs, at.failures + failures, at.events + events
        self.batches += 1
        self.failing_batches += failures > 0
        self.empty_batches += runs == 0
        self.load_last = True
        self.load_seconds += seconds
        self.foreign_load_runs += runs * foreign

    def add_alone(self, *, failed: bool, seconds: float = 0.0, foreign: bool = False) -> None:
        """Count one run alone, which took so many seconds."""
        if foreign:
            self._add_foreign(failed=failed)
        else:
            self.alone_runs += 1
            self.alone_failures += failed
        self.load_last = False
        self.alone_seconds += seconds

    def _add_foreign(self, *, failed: bool) -> None:
        if failed and not self.foreign_failures:
            self.alone_runs -= self.foreign_passes
        if not failed and not self.foreign_failures:
            self.alone_runs += 1
        self.foreign_failures += failed
        self.foreign_passes += not failed
        self.foreign_uncounted += self.foreign_failures > 0
