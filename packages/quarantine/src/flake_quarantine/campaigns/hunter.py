"""Looks for unknown flakes in a time budget: shuffled batches under load first, then a closer look at what failed."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.campaign import Workbench
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import wilson
from flake_quarantine.runner.pytest_runner import Batch
from flake_quarantine.runner.trial_log import Run

SEARCH_SHARE = 0.6  # of the budget; the rest is for measuring what was found
BATCH_SHARE = 0.25  # of the time to search, at most, for one batch
FIRST_BATCH = 200
MOST_COPIES = 8


@dataclass
class Known:
    """What the hunt knows about one test."""

    runs: int = 0
    failures: int = 0
    seconds: float = 0.05

    @property
    def uncertainty(self) -> float:
        """The width of the interval of its rate: wide for few runs, wider for some failures among many passes."""
        low, high = wilson(self.failures, self.runs)
        return high - low


@dataclass
class Hunted:
    """What a hunt ended with."""

    candidates: list[Measurement] = field(default_factory=list)
    unmeasured: list[str] = field(default_factory=list)
    tests: int = 0
    runs: int = 0
    batches: int = 0
    seconds: float = 0.0


class Hunter:
    """One hunt."""

    def __init__(self, bench: Workbench) -> None:
        self.bench, self.suite, self.settings = bench, list(bench.suite), bench.settings
        self.known = {nodeid: Known() for nodeid in self.suite}

    def hunt(self, seconds: float, listed: Collection[str] = ()) -> Hunted:
        """Hunt for so long; tests in `listed` run along, but are no news."""
        begin = time.monotonic()
        result = Hunted(tests=len(self.suite))
        self._search(begin, seconds * SEARCH_SHARE, result)
        found = [nodeid for nodeid, known in self.known.items() if known.failures and nodeid not in listed]
        found.sort(key=lambda nodeid: -self.known[nodeid].failures)
        for number, nodeid in enumerate(found):
            now = time.monotonic()
            left = begin + seconds - now
            if left <= 0:
                result.unmeasured = found[number:]
                break
            self.bench.say(f"{nodeid}: {self.known[nodeid].failures}/{self.known[nodeid].runs} failed; measuring it")
            # One after the other: the time may not be enough for all, and the worst one comes first.
            share = replace(self.settings, until=now + left / (len(found) - number))
            (measured,) = Measurer(replace(self.bench, settings=share)).measure([nodeid])
            known = self.known[nodeid]
            measured.notes.append(f"in the search, {known.failures} of {known.runs} runs failed")
            result.candidates.append(measured)
        result.seconds = time.monotonic() - begin
        return result

    def _search(self, begin: float, seconds: float, result: Hunted) -> None:
        while self.suite and (left := begin + seconds - time.monotonic()) > 0:
            workers = self.settings.workers[result.batches % len(self.settings.workers)]
            limit = min(left, max(10.0, seconds * BATCH_SHARE))
            batch = self._batch(workers, limit, result.batches)
            # One batch may not eat the whole budget, however slow a test turns out to be.
            lab = self.bench.lab
            runs = replace(lab, batch_seconds=limit * 2 + 30, counted=lab.counted).load(batch)
            self._learn(runs, workers)
            result.batches += 1
            result.runs += len(runs)
            failed = sum(run.failed for run in runs)
            self.bench.say(f"{workers} workers, seed {batch.seed}: {failed} of {len(runs)} runs failed")

    def _batch(self, workers: int, seconds: float, number: int) -> Batch:
        """As many tests as fit the time, the least certain first, with more copies the fewer tests there are."""
        least_certain = sorted(self.suite, key=lambda nodeid: -self.known[nodeid].uncertainty)
        room = seconds * max(1, workers // 2)
        most = FIRST_BATCH if number == 0 else len(least_certain) * MOST_COPIES
        copies: dict[str, int] = {}
        for turn in range(MOST_COPIES):
            for nodeid in least_certain:
                # A second copy only where a failure leaves the rate open, or the suite is small.
                if turn and not self.known[nodeid].failures and len(self.suite) > workers * 4:
                    continue
                room -= self.known[nodeid].seconds
                if room < 0 or sum(copies.values()) >= most:
                    break
                copies[nodeid] = copies.get(nodeid, 0) + 1
        return Batch(
            workers=workers,
            parts=(copies or {least_certain[0]: 1},),
            seed=self.settings.seed + number,
            once=tuple(copies),
            noise=self.settings.noise,
        )

    def _learn(self, runs: Sequence[Run], workers: int) -> None:
        self.bench.keep("load", workers, runs)
        for run in runs:
            known = self.known.get(run.nodeid)  # none, if an id differs from process to process
            if known and run.counts:
                known.runs += 1
                known.failures += run.failed
                known.seconds = max(0.01, (known.seconds + run.seconds) / 2)
