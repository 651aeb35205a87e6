"""Hunts for unknown flakes in a time budget: shuffled batches under load, then a measurement of what failed."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.campaign import Campaign
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import wilson_interval
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runs import Run

SEARCH_SHARE = 0.6  # of the budget; the rest is for measuring what was found
BATCH_SHARE = 0.25  # of the time to search, at most, for one batch
MIN_BATCH_SECONDS = 10.0
START_SECONDS = 30.0  # what starting the workers may add to a batch
FIRST_BATCH = 200
MAX_COPIES = 8


@dataclass
class RateEstimate:
    """What the hunt knows about one test; `seconds` is what one run takes."""

    runs: int = 0
    failures: int = 0
    seconds: float = 0.05

    @property
    def uncertainty(self) -> float:
        """The width of the interval of its rate: wide for few runs, wider for some failures among many passes."""
        low, high = wilson_interval(self.failures, self.runs)
        return high - low

    def add(self, run: Run) -> None:
        """Count one run."""
        self.runs += 1
        self.failures += run.failed
        self.seconds = max(0.01, (self.seconds + run.seconds) / 2)


@dataclass
class HuntResult:
    """What a hunt found; `unmeasured` are tests that failed when the time was up."""

    candidates: list[Measurement] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    tests: int = 0
    runs: int = 0
    batches: int = 0
    seconds: float = 0.0


class Hunter:
    """One hunt."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign, self.suite, self.settings = campaign, list(campaign.suite), campaign.settings
        self.estimates = {nodeid: RateEstimate() for nodeid in self.suite}

    def hunt(self, seconds: float, listed: Collection[str] = ()) -> HuntResult:
        """Hunt for so many seconds; `listed` tests run too, but are no candidates."""
        begin = time.monotonic()
        result = HuntResult(tests=len(self.suite))
        self._search(begin, seconds * SEARCH_SHARE, result)
        failed = [nodeid for nodeid, known in self.estimates.items() if known.failures and nodeid not in listed]
        failed.sort(key=lambda nodeid: -self.estimates[nodeid].failures)
        for number, nodeid in enumerate(failed):
            left = begin + seconds - time.monotonic()
            if left <= 0:
                result.unmeasured = failed[number:]
                break
            # One after the other: the time may not be enough for all, and the worst one comes first.
            result.candidates.append(self._measure(nodeid, left / (len(failed) - number)))
        result.seconds = time.monotonic() - begin
        return result

    def _search(self, begin: float, seconds: float, result: HuntResult) -> None:
        """Run batches of the least certain tests for so many seconds."""
        while self.suite and (left := begin + seconds - time.monotonic()) > 0:
            workers = self.settings.workers[result.batches % len(self.settings.workers)]
            limit = min(left, max(MIN_BATCH_SECONDS, seconds * BATCH_SHARE))
            batch = self._plan_batch(workers, limit, result.batches)
            # One batch may not use up the whole budget, however slow a test turns out to be.
            runs = replace(self.campaign.runner, batch_seconds=limit * 2 + START_SECONDS).run_batch(batch)
            self._learn(runs, workers)
            result.batches += 1
            result.runs += len(runs)
            failures = sum(run.failed for run in runs)
            line = f"{workers} workers, seed {batch.seed}: {failures} of {len(runs)} runs failed"
            self.campaign.report_progress(line)

    def _plan_batch(self, workers: int, seconds: float, number: int) -> Batch:
        """Plan as many tests as fit the time, the least certain first, with more copies the fewer tests there are."""
        least_certain = sorted(self.suite, key=lambda nodeid: -self.estimates[nodeid].uncertainty)
        room = seconds * max(1, workers // 2)
        most = FIRST_BATCH if number == 0 else len(least_certain) * MAX_COPIES
        copies: dict[str, int] = {}
        for turn in range(MAX_COPIES):
            for nodeid in least_certain:
                # A second copy only where a failure leaves the rate open, or the suite is small.
                if turn and not self.estimates[nodeid].failures and len(self.suite) > workers * 4:
                    continue
                room -= self.estimates[nodeid].seconds
                if room < 0 or sum(copies.values()) >= most:
                    break
                copies[nodeid] = copies.get(nodeid, 0) + 1
        return Batch(
            workers=workers,
            parts=(copies or {least_certain[0]: 1},),
            seed=self.settings.seed + number,
            once_per_process=tuple(copies),
            noise=self.settings.noise,
        )

    def _measure(self, nodeid: str, seconds: float) -> Measurement:
        """Measure one test for at most so many seconds."""
        known = self.estimates[nodeid]
        self.campaign.report_progress(f"{nodeid}: {known.failures}/{known.runs} failed; measuring it")
        settings = replace(self.settings, until=time.monotonic() + seconds)
        (measurement,) = Measurer(replace(self.campaign, settings=settings)).measure([nodeid])
        measurement.notes.append(f"in the search, {known.failures} of {known.runs} runs failed")
        return measurement

    def _learn(self, runs: Sequence[Run], workers: int) -> None:
        self.campaign.record("load", workers, runs)
        for run in runs:
            estimate = self.estimates.get(run.nodeid)  # None, if an id differs from process to process
            if estimate and run.counts:
                estimate.add(run)
