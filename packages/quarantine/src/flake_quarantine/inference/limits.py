"""How much a measurement may cost, and what decides it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flake_quarantine.inference.statistics import ALPHA, HEALED_RUNS

MIN_ALONE_RUNS = 10  # a coin that fails alone passes so often once in a thousand times


@dataclass(frozen=True)
class Limits:
    """How many runs a measurement may cost, and the p-value (`threshold`) that decides it."""

    # Once up the ladder with few runs, so that a clear case costs little, then once more: 300 runs, of which 299
    # without a failure are the proof of healing. Further batches are as big as the last.
    batch_sizes: tuple[int, ...] = (10, 16, 24, 60, 80, 110)
    healed_runs: int = HEALED_RUNS
    max_load_runs: int = 600
    max_alone_runs: int = 500  # with 250, one in five flakes of 2 % stayed undecided
    first_alone_runs: int = 1
    min_alone_runs: int = MIN_ALONE_RUNS
    broken_after: int = 3
    max_foreign_runs: int = 10  # alone that do not count: on a machine that is never quiet, more would say no more
    max_empty_batches: int = 2
    threshold: float = ALPHA

    @property
    def enough_events(self) -> int:
        """How many events suffice: from here on, more load runs save hardly any runs alone. 5 at 0.05."""
        return math.ceil(1.6 * math.log(1 / self.threshold))
