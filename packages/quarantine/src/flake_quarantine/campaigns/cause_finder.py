"""Says why a test fails under load: the order of tests or their overlap, and which neighbour it is."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

from flake_quarantine.campaigns.campaign import Workbench
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import ALPHA
from flake_quarantine.inference.stopping_rule import Tally
from flake_quarantine.inference.suspects import Suspect, rank_before, rank_beside, shared_things
from flake_quarantine.register import Kind
from flake_quarantine.runner.pytest_runner import Batch, fillers
from flake_quarantine.runner.trial_log import Run

CULPRIT_BATCHES = 3
CULPRIT_COPIES = 30
NEIGHBOUR_RUNS = 150
MOST_NEIGHBOURS = 40
LIKELIEST = 8
CLEAR = ALPHA / 5  # a suspect as clear as this needs no further batch


class Explainer:
    """Looks for the cause of one test's failures; tests in `slow` are left out of it."""

    def __init__(self, bench: Workbench, slow: Collection[str] = ()) -> None:
        self.bench, self.slow = bench, slow

    def explain(self, found: Measurement, runs: Sequence[Run], serial: Sequence[Batch]) -> None:
        """Fill in kind, suspects and shared things; `serial` are batches that one process is to run."""
        found.kind = Kind.LOAD
        before = rank_before(runs, found.nodeid)
        if any(self._fails(found.nodeid, batch) for batch in (*_after(before, found.nodeid, serial), *serial)):
            found.kind = Kind.ORDER
            found.suspects = before
        elif self.bench.settings.culprits:
            found.suspects, found.shared = self.culprits(found.nodeid, _fewest(found.tally))

    def culprits(self, nodeid: str, workers: int) -> tuple[list[Suspect], dict[str, list[str]]]:
        """Rank neighbours in batches in which the test never runs beside itself.

        Each of many neighbours meets the test seldom. Where none is clear, the likeliest are looked at by themselves,
        and ranked by those runs alone: the runs that chose them would speak for them twice.
        """
        neighbours = fillers(self.bench.suite, nodeid, MOST_NEIGHBOURS, self.bench.settings.seed, self.slow)
        runs, suspects = self._beside(nodeid, neighbours, workers, 0)
        shared = shared_things(runs, nodeid)
        if suspects and suspects[0].p > CLEAR and len(neighbours) > LIKELIEST:
            sharing = sorted({name for names in shared.values() for name in names} & set(neighbours))
            likeliest = list(dict.fromkeys([*sharing, *(suspect.nodeid for suspect in suspects)]))[:LIKELIEST]
            _, closer = self._beside(nodeid, likeliest, workers, CULPRIT_BATCHES)
            suspects = closer or suspects
        return suspects, shared

    def _beside(
        self, nodeid: str, neighbours: Sequence[str], workers: int, first: int
    ) -> tuple[list[Run], list[Suspect]]:
        """Run the test beside these until a suspect is clear, in so many batches at most."""
        settings = self.bench.settings
        runs: list[Run] = []
        suspects: list[Suspect] = []
        each = max(1, NEIGHBOUR_RUNS // max(1, len(neighbours)))
        for number in range(first, first + CULPRIT_BATCHES if neighbours else first):
            batch = Batch(
                workers=workers,
                parts=({**dict.fromkeys(neighbours, each), nodeid: CULPRIT_COPIES},),
                seed=settings.seed + 1000 + number,
                serial=(nodeid,),
                watch=True,
            )
            runs += _shifted(self.bench.lab.load(batch), number)
            suspects = rank_beside(runs, nodeid)
            if (suspects and suspects[0].p <= CLEAR) or time.monotonic() > settings.until:
                break
        return runs, suspects

    def _fails(self, nodeid: str, batch: Batch) -> bool:
        """Whether it fails in one process too, after others and beside nothing."""
        return any(run.failed for run in self.bench.lab.serial(batch) if run.nodeid == nodeid)


def _after(before: Sequence[Suspect], nodeid: str, serial: Sequence[Batch]) -> list[Batch]:
    """The batches with those neighbours alone after which it failed most clearly, each of them once."""
    likeliest = dict.fromkeys([suspect.nodeid for suspect in before[:LIKELIEST] if suspect.failed_with], 1)
    if not likeliest:
        return []
    return [replace(batch, parts=({**likeliest, nodeid: batch.parts[0][nodeid]},)) for batch in serial]


def _fewest(tally: Tally) -> int:
    """The fewest workers, four at least, at which it failed: fewer neighbours at a time are told apart better."""
    failing = [rung.workers for rung in tally.rungs if rung.failures]
    return max(4, min(failing, default=4))


def _shifted(runs: Sequence[Run], number: int) -> list[Run]:
    """The runs with worker names of their own, so that workers of different batches are not taken for one."""
    return [replace(run, worker=f"{run.worker}/{number}") for run in runs]
