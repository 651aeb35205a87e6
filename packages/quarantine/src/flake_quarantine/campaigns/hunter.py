"""Hunts for unknown flakes in a time budget: shuffled batches under load, then a measurement of what failed."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.campaign import Campaign
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import wilson_interval
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runs import Run

SEARCH_SHARE = 0.6  # of the budget; the rest is for measuring what was found
BATCH_SHARE = 0.25  # of the time to search, at most, for one batch
MIN_BATCH_SECONDS = 10.0
START_SECONDS = 30.0  # what starting the workers may add to a batch
FIRST_BATCH = 200
MAX_COPIES = 8
CLEAR_RUNS = 3
ALONE_RUNS = 2  # failures in both decide that a test fails alone


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

    @property
    def is_clear(self) -> bool:
        """Whether it has failed every time, and often enough to be measured: to search on would tell nothing more."""
        return self.failures == self.runs >= CLEAR_RUNS

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
    """One hunt for flakes among `tests`; all of the campaign's suite may be neighbours when one is measured."""

    def __init__(self, campaign: Campaign, tests: Sequence[str] | None = None) -> None:
        self.campaign, self.settings = campaign, campaign.settings
        self.suite = list(campaign.suite if tests is None else tests)
        self.estimates = {nodeid: RateEstimate() for nodeid in self.suite}

    def hunt(self, seconds: float, listed: Collection[str] = ()) -> HuntResult:
        """Hunt for so many seconds; `listed` tests run too, but are no candidates.

        What fails alone as well is decided by two runs. When all that failed is measured, and while nothing has failed,
        the search goes on to the end.
        """
        begin = time.monotonic()
        end = begin + seconds
        result = HuntResult(tests=len(self.suite))
        done = set(listed)
        while self.suite and time.monotonic() < begin + seconds * SEARCH_SHARE:
            self._search(begin + seconds * SEARCH_SHARE, seconds * SEARCH_SHARE, result)
        while True:
            failed = self._list_failed(done)
            done.update(failed)
            self._examine(failed, end, result)
            if not self.suite or time.monotonic() >= end:
                break
            self._search(end, seconds * SEARCH_SHARE, result)
        result.seconds = time.monotonic() - begin
        return result

    def _list_failed(self, done: Collection[str]) -> list[str]:
        """Return the tests that failed and are not done, those that failed most often first."""
        failed = [nodeid for nodeid, known in self.estimates.items() if known.failures and nodeid not in done]
        return sorted(failed, key=lambda nodeid: -self.estimates[nodeid].failures)

    def _examine(self, failed: Sequence[str], end: float, result: HuntResult) -> None:
        """Decide what fails alone, then measure the others, one after the other: the worst one comes first."""
        waiting = []
        for nodeid in failed:
            decided = self._try_alone(nodeid) if time.monotonic() < end else None
            if decided is None:
                waiting.append(nodeid)
            else:
                result.candidates.append(decided)
        for number, nodeid in enumerate(waiting):
            left = end - time.monotonic()
            if left <= 0:
                result.unmeasured += waiting[number:]
                break
            result.candidates.append(self._measure(nodeid, left / (len(waiting) - number)))

    def _try_alone(self, nodeid: str) -> Measurement | None:
        """Run a test alone, and once more if it fails; return what that decides, or None if it passes or is not run."""
        tally = Tally([Rung(workers) for workers in self.settings.workers])
        runs: list[Run] = []
        while len(runs) < ALONE_RUNS and (not runs or tally.alone_failures):
            runs.append(self.campaign.limited_runner.fresh.run_alone(nodeid))
            if not runs[-1].counts:
                break
            tally.add_alone(failed=runs[-1].failed, foreign=self.settings.is_foreign(runs[-1:]))
        self.campaign.record("alone", 0, runs)
        if not tally.alone_failures:
            return None
        verdict = Verdict.BROKEN if tally.alone_failures == ALONE_RUNS else Verdict.FLAKY_ALONE
        self.campaign.report_progress(f"{nodeid}: {verdict}, alone {tally.alone_failures}/{tally.alone_runs}")
        found = Measurement(nodeid=nodeid, tally=tally, verdict=verdict, hint="it fails alone: not measured under load")
        found.signatures.update(run.signature for run in runs if run.failed)
        found.notes.append(runs[0].text)
        return found

    def _search(self, until: float, seconds: float, result: HuntResult) -> None:
        """Run one batch of the least certain tests; `seconds` is the time for the whole search."""
        workers = self.settings.workers[result.batches % len(self.settings.workers)]
        limit = min(max(0.0, until - time.monotonic()), max(MIN_BATCH_SECONDS, seconds * BATCH_SHARE))
        batch = self._plan_batch(workers, limit, result.batches)
        # One batch may not use up the whole budget, however slow a test turns out to be.
        runs = replace(self.campaign.limited_runner, batch_seconds=limit * 2 + START_SECONDS).run_batch(batch)
        self._learn(runs, workers)
        result.batches += 1
        result.runs += len(runs)
        failures = sum(run.failed for run in runs)
        self.campaign.report_progress(f"{workers} workers, seed {batch.seed}: {failures} of {len(runs)} runs failed")

    def _plan_batch(self, workers: int, seconds: float, number: int) -> Batch:
        """Plan as many tests as fit the time, the least certain first, with more copies the fewer tests there are."""
        unclear = [nodeid for nodeid in self.suite if not self.estimates[nodeid].is_clear] or self.suite
        least_certain = sorted(unclear, key=lambda nodeid: -self.estimates[nodeid].uncertainty)
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
