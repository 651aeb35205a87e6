"""Finds why a test fails under load: the order of tests, plain load, or their overlap, and which neighbour it is."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from statistics import median

from flake_quarantine.campaigns.bisection import Tried, count_failures
from flake_quarantine.campaigns.campaign import Campaign, note_hung_neighbours
from flake_quarantine.inference.causes import is_collision
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.statistics import ALPHA
from flake_quarantine.inference.suspects import Suspect, find_shared_resources, rank_earlier, rank_overlapping
from flake_quarantine.inference.tally import Tally
from flake_quarantine.register import Kind
from flake_quarantine.runner.batches import MIN_WORKERS as MIN_BATCH_WORKERS
from flake_quarantine.runner.batches import Batch, choose_neighbours
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Run

SUSPECT_BATCHES = 3
SUSPECT_COPIES = 30
MIN_COPIES = 8
COPIES_SECONDS = 20.0  # for the copies of one batch, which run one after the other: a slow test gets fewer
NEIGHBOUR_RUNS = 150
MAX_NEIGHBOURS = 40
MAX_LIKELIEST = 8
MIN_WORKERS = 4
CLEAR = ALPHA / 5  # a suspect as clear as this needs no further batch
SEED_OFFSET = 1000  # seeds that no batch of the measurement has used
ANY_LOAD = "it fails as often under plain CPU load: no neighbour is needed for it"
NEEDS_ITSELF = "it never failed under load while no copy of itself ran"


class CauseFinder:
    """Looks for the cause of one test's failures; `slow_tests` are never neighbours.

    A test that fails when one process runs it twice is run `once_per_process`.
    """

    def __init__(self, campaign: Campaign, slow_tests: Collection[str] = (), *, once_per_process: bool = False) -> None:
        self.campaign, self.slow_tests, self.once_per_process = campaign, slow_tests, once_per_process
        self.hung: dict[str, str] = {}  # neighbours that held up a batch, with a note on each
        self.copies = SUSPECT_COPIES
        self.apart = Tried()  # under load, while no copy of itself ran

    def explain(self, measurement: Measurement, runs: Sequence[Run], serial: Sequence[Batch]) -> None:
        """Fill in kind, suspects and shared resources; `serial` are batches for one process, `runs` those under load.

        If the test fails more often in one process than alone, its kind is order, otherwise load. What has failed as
        the first test of its process does so without an order. What fails as often under plain CPU load needs no
        neighbour, and none is looked for.
        """
        nodeid = measurement.nodeid
        if not self.once_per_process:  # the number of processes limits these
            self.copies = limit_copies(SUSPECT_COPIES, runs, nodeid)
        measurement.kind = Kind.LOAD
        earlier = rank_earlier(runs, nodeid)
        batches = (*_keep_likeliest(earlier, nodeid, serial), *serial)
        if not _has_failed_first(runs, nodeid) and self._is_order(measurement, batches):
            measurement.kind = Kind.ORDER
            measurement.suspects = earlier
        elif self.campaign.settings.finds_suspects:
            workers = _choose_workers(measurement.tally)
            if self._fails_under_plain_load(measurement, workers):
                measurement.fails_under_any_load = True
                measurement.notes.append(ANY_LOAD)
                return
            measurement.suspects, measurement.shared_resources = self.find_suspects(nodeid, workers)
            measurement.notes += self.hung.values()
            measurement.needs_itself = self._needs_itself(measurement.tally, workers)
            if measurement.needs_itself:
                measurement.notes.append(NEEDS_ITSELF)

    def find_suspects(self, nodeid: str, workers: int) -> tuple[list[Suspect], dict[str, list[str]]]:
        """Rank neighbours in batches in which no two copies of the test run at a time; also return shared resources.

        Each of many neighbours meets the test seldom. Where none is clear, the likeliest get batches of their own,
        and are ranked by those runs alone: the runs that chose them would count for them twice.
        """
        settings = self.campaign.settings
        neighbours = choose_neighbours(self.campaign.suite, nodeid, MAX_NEIGHBOURS, settings.seed, self.slow_tests)
        runs, suspects = self._run_with(nodeid, neighbours, workers, 0)
        shared = find_shared_resources(runs, nodeid)
        if suspects and suspects[0].p > CLEAR and len(neighbours) > MAX_LIKELIEST:
            sharing = sorted({name for names in shared.values() for name in names} & set(neighbours))
            likeliest = list(dict.fromkeys([*sharing, *(suspect.nodeid for suspect in suspects)]))[:MAX_LIKELIEST]
            _, closer = self._run_with(nodeid, likeliest, workers, SUSPECT_BATCHES)
            suspects = closer or suspects
        return suspects, shared

    def _run_with(
        self, nodeid: str, neighbours: Sequence[str], workers: int, first: int
    ) -> tuple[list[Run], list[Suspect]]:
        """Run the test together with these neighbours until a suspect is clear, in three batches at most.

        Without neighbours, one batch shows what the test shares with copies of itself.
        """
        settings = self.campaign.settings
        runs: list[Run] = []
        suspects: list[Suspect] = []
        for number in range(first, first + SUSPECT_BATCHES):
            present = [name for name in neighbours if name not in self.hung]
            batch = self._plan_batch(nodeid, present, workers, settings.seed + SEED_OFFSET + number)
            ran = self.campaign.limited_runner.run_batch(batch)
            self.hung |= note_hung_neighbours(ran, [nodeid], self.campaign.report_progress)
            if batch.exclusive:
                self.apart = self.apart.merge(count_failures(ran, nodeid))
            runs += _rename_workers(ran, number)
            suspects = rank_overlapping(runs, nodeid)
            is_clear = not present or (suspects and suspects[0].p <= CLEAR)
            if is_clear or time.monotonic() > settings.until:
                break
        return runs, suspects

    def _plan_batch(self, nodeid: str, neighbours: Sequence[str], workers: int, seed: int) -> Batch:
        each = max(1, NEIGHBOUR_RUNS // max(1, len(neighbours)))
        return Batch(
            workers=workers,
            parts=({**dict.fromkeys(neighbours, each), nodeid: self.copies},),
            seed=seed,
            targets=(nodeid,),
            exclusive=(nodeid,) if neighbours else (),
            once_per_process=(nodeid,) if self.once_per_process else (),
            audit=True,
        )

    def _fails_under_plain_load(self, measurement: Measurement, workers: int) -> bool:
        """Tell whether it fails as often next to processes that burn the CPU, while no other test and no copy runs.

        A collision needs another holder: where the failures name one, plain load is not asked.
        """
        if any(is_collision(signature) for signature in measurement.signatures):
            return False
        nodeid, tally = measurement.nodeid, measurement.tally
        batch = Batch(
            workers=MIN_COPIES if self.once_per_process else MIN_BATCH_WORKERS,
            parts=({nodeid: self.copies},),
            seed=self.campaign.settings.seed + SEED_OFFSET,
            targets=(nodeid,),
            exclusive=(nodeid,),
            once_per_process=(nodeid,) if self.once_per_process else (),
            noise=Noise(cpu=workers),
        )
        tried = count_failures(self.campaign.limited_runner.run_batch(batch), nodeid)
        self.campaign.report_progress(f"{nodeid}: under plain CPU load {tried.failures}/{tried.runs}")
        needs_more = Tried(tally.load_failures, tally.load_runs).compare(tried) <= ALPHA
        # One failure may be a bad moment of the machine.
        return tried.failures > 1 and not needs_more

    def _needs_itself(self, tally: Tally, workers: int) -> bool:
        """Tell whether it fails while copies of it run, and never at so many workers or fewer while none does."""
        rungs = [rung for rung in tally.rungs if rung.workers <= workers]
        with_copies = Tried(sum(rung.failures for rung in rungs), sum(rung.runs for rung in rungs))
        return not self.apart.failures and with_copies.compare(self.apart) <= ALPHA

    def _is_order(self, measurement: Measurement, batches: Sequence[Batch]) -> bool:
        """Tell whether the order of tests makes it fail: in forks, and in fresh processes, which import less."""
        runner = self.campaign.limited_runner
        is_order = self._fails_serially(runner, measurement, batches)
        return is_order and (runner.forks is None or self._fails_serially(runner.fresh, measurement, batches))

    def _fails_serially(self, runner: PytestRunner, measurement: Measurement, batches: Sequence[Batch]) -> bool:
        """Tell whether it fails more often in one process, after other tests and at the same time as none, than alone.

        A flake of timing fails there once in a while, too: that is no evidence of an order.
        """
        alone, tried = Tried(measurement.tally.alone_failures, measurement.tally.alone_runs), Tried()
        for batch in batches:
            tried = tried.merge(count_failures(runner.run_serially(batch), measurement.nodeid))
            if tried.compare(alone) <= ALPHA:
                return True
        return False


def limit_copies(copies: int, runs: Sequence[Run], nodeid: str) -> int:
    """Return how many copies of a test run one after the other in a bearable time, by how long it took: 8 at least."""
    seconds = [run.seconds for run in runs if run.nodeid == nodeid and run.counts]
    if not seconds or not median(seconds):
        return copies
    return min(copies, max(MIN_COPIES, int(COPIES_SECONDS / median(seconds))))


def _has_failed_first(runs: Sequence[Run], nodeid: str) -> bool:
    """Tell whether it has failed in a process that had run no other test before."""
    return any(run.failed and run.nodeid == nodeid and not set(run.before) - {nodeid} for run in runs)


def _keep_likeliest(earlier: Sequence[Suspect], nodeid: str, serial: Sequence[Batch]) -> list[Batch]:
    """Return the batches with the likeliest earlier tests as the only neighbours, each of them once."""
    likeliest = dict.fromkeys([suspect.nodeid for suspect in earlier[:MAX_LIKELIEST] if suspect.failed_with], 1)
    if not likeliest:
        return []
    return [replace(batch, parts=({**likeliest, nodeid: batch.parts[0][nodeid]},)) for batch in serial]


def _choose_workers(tally: Tally) -> int:
    """Return the fewest workers, four at least, at which it failed: with fewer, neighbours are easier to tell apart."""
    failing = [rung.workers for rung in tally.rungs if rung.failures]
    return max(MIN_WORKERS, min(failing, default=MIN_WORKERS))


def _rename_workers(runs: Sequence[Run], number: int) -> list[Run]:
    """Return the runs with worker names of their own, so that workers of different batches are not taken for one."""
    return [replace(run, worker=f"{run.worker}/{number}") for run in runs]
