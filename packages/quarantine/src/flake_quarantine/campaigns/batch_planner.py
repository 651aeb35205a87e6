"""Plans the batches under load of a measurement: which tests share one, how many copies of each, which neighbours."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from flake_quarantine.campaigns.campaign import Campaign
from flake_quarantine.campaigns.measured_test import Copies, MeasuredTest
from flake_quarantine.inference.limits import Limits
from flake_quarantine.runner.batches import Batch, choose_neighbours, count_cores
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Run

MAX_GROUP = 8  # tests in one batch: it starts its workers once for all, and copies still meet each other
BATCH_SECONDS = 150.0  # of work for each core in one batch, as far as it is known
MAX_NEIGHBOUR_COPIES = 10
SLOW_SECONDS = 2.0  # a neighbour that takes longer makes every batch wait for it
MAX_PLANS = 4  # of one batch, while files of neighbours turn out to speak against forks
LONG_START = 5.0  # seconds from which on the start of a batch decides how many runs it has

BatchKind = tuple[int, bool]  # at which rung it is, and whether fresh workers were asked for


class BatchPlanner:
    """Plans batches by what earlier ones have shown: which neighbours are slow, and how long workers take to start."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.slow_tests: set[str] = set()  # these are no neighbours any more
        self.start_seconds: dict[BatchKind, float] = {}  # until the first run of the last batch of each kind

    def learn(self, kind: BatchKind, runs: Sequence[Run], begin: float) -> None:
        """Remember how long the workers of a batch took to start from `begin` on, and which tests were slow."""
        if runs:
            self.start_seconds[kind] = 0.0 if runs[0].forked else min(run.start for run in runs) - begin
        self.slow_tests |= {run.nodeid for run in runs if run.seconds > SLOW_SECONDS}

    def plan_batch(self, group: Sequence[Copies], workers: int, seed: int, left_out: Collection[str] = ()) -> Batch:
        """Plan a part for each test: most of its copies, some of the other tests' copies, and neighbours."""
        names = [test.nodeid for test, _ in group]
        spread = {test.nodeid: _count_spread_copies(copies, len(group)) for test, copies in group}
        parts = []
        for test, copies in group:
            wanted = max(workers * 2, copies // 2)
            avoid = {*self.slow_tests, *left_out, *names}
            neighbours = choose_neighbours(self.campaign.suite, test.nodeid, wanted, seed, avoid)
            # A small suite is repeated.
            each = min(MAX_NEIGHBOUR_COPIES, max(1, wanted // max(1, len(neighbours))))
            if test.earlier:
                neighbours = [name for name in test.earlier if name not in avoid]
                each = min(MAX_NEIGHBOUR_COPIES, workers)
            own = max(copies, workers if len(group) == 1 else 0) - spread[test.nodeid] * (len(group) - 1)
            parts.append({**dict.fromkeys(neighbours, each), **spread, test.nodeid: own})
        once = tuple(test.nodeid for test, _ in group if test.once_per_process)
        return Batch(
            workers=workers,
            parts=tuple(parts),
            seed=seed,
            targets=tuple(names),
            once_per_process=once,
            noise=self.campaign.settings.noise,
        )

    def plan_forks(self, runner: PytestRunner, group: Sequence[Copies], workers: int, seed: int) -> Batch:
        """Plan a batch without neighbours that would keep it from being forked, as far as these are known soon.

        A target that does so itself runs in fresh workers, next to any neighbours.
        """
        targets = [test.nodeid for test, _ in group]
        for _ in range(MAX_PLANS):
            left_out = set() if runner.list_unforkable(targets) else runner.list_unforkable(self.campaign.suite)
            batch = self.plan_batch(group, workers, seed, left_out)
            if runner.forks is None or runner.can_fork(batch) or runner.list_unforkable(targets):
                break
            if not runner.list_unforkable(batch.nodeids):
                break
        return batch

    def count_copies(self, test: MeasuredTest, wanted: int, kind: BatchKind, limits: Limits) -> int:
        """Return at least so many copies, and as many as take about as long as the workers take to start."""
        start = self._estimate_start(*kind)
        if start < LONG_START:
            return wanted
        worth = math.ceil(start * count_cores() / max(test.seconds, 0.05))
        return max(wanted, min(worth, limits.batch_sizes[-1]))

    def _estimate_start(self, rung: int, is_fresh: bool) -> float:
        """Return how long the workers took to start in the last such batch, or at fewer workers: more take longer."""
        known = {at: seconds for (at, fresh), seconds in self.start_seconds.items() if fresh is is_fresh and at <= rung}
        return known[max(known)] if known else 0.0


def split_into_groups(wanted: Sequence[Copies]) -> Iterator[list[Copies]]:
    """Split tests into groups that share a batch: not too many, and not more work than a batch may take."""
    max_work = BATCH_SECONDS * count_cores()
    group: list[Copies] = []
    work = 0.0
    for test, copies in wanted:
        more = test.seconds * copies
        if group and (len(group) == MAX_GROUP or work + more > max_work):
            yield group
            group, work = [], 0.0
        group.append((test, copies))
        work += more
    if group:
        yield group


def _count_spread_copies(copies: int, tests: int) -> int:
    """Count the copies of a test in the part of each other test: half of all, as far as there are enough."""
    return min(copies // tests, max(1, copies // (2 * tests)))
