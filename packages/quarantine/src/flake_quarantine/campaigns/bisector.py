"""Finds a smallest set of neighbours with which a test fails, or that load is all it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flake_quarantine.campaigns.bisection import MAX_NAMED, BisectionResult, Tried, describe_shared, narrow
from flake_quarantine.campaigns.campaign import note_hung_neighbours
from flake_quarantine.inference.causes import find_cause, is_collision
from flake_quarantine.inference.statistics import ALPHA, fisher_p_value, runs_for_bound, wilson_interval
from flake_quarantine.inference.suspects import ITSELF, list_port_holders
from flake_quarantine.register import Kind
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import PytestRunner

COPIES = 30
NEIGHBOUR_RUNS = 120
MAX_BATCHES = 40
MAX_QUIET_BATCHES = 6  # without a failure, before a set is taken as harmless
FIRST_RATE = 0.05  # of failures, until one was seen
MIN_RATE = 0.01
ANY_LOAD = "none of its neighbours: it fails under any load"
WITHOUT_FORKS = "it was bisected again without forks: they never failed, or not as fresh workers do"


@dataclass
class Bisector:
    """Tries sets of neighbours; no two copies of the test itself run at a time.

    Where the runner forks, fresh workers must show, too, what forks have shown.
    """

    runner: PytestRunner
    nodeid: str
    workers: int
    seed: int = 0
    report_progress: Callable[[str], None] = lambda line: None
    batches: int = 0
    most_batches: int = MAX_BATCHES  # after so many, what is left is not narrowed any more
    without: Tried = field(default_factory=Tried)  # without neighbours
    rate: float = FIRST_RATE  # of failures: how many runs show that a set is harmless
    shared: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what the test touches, and who else does
    hung: dict[str, str] = field(default_factory=dict)  # neighbours that held up a batch, with a note on each
    notes: list[str] = field(default_factory=list)

    def bisect(self, candidates: Sequence[str]) -> BisectionResult:
        """Bisect the candidates, which are node ids: the holders of its ports first, then all, the likeliest first."""
        result = self._bisect(candidates)
        if self.runner.forks is None:
            return result
        self.runner = self.runner.fresh
        if self._is_shown_by_fresh_workers(result):
            return replace(result, batches=self.batches, notes=list(self.hung.values()))
        self.report_progress(WITHOUT_FORKS)
        self.notes.append(WITHOUT_FORKS)
        self.without, self.rate, self.most_batches = Tried(), FIRST_RATE, self.batches + MAX_BATCHES
        return self._bisect(candidates)

    def _is_shown_by_fresh_workers(self, result: BisectionResult) -> bool:
        """Tell whether fresh workers do not clearly differ: with what was found, they fail, too, or it was seldom.

        Forks share what is chosen when a suite is imported, such as a port: that may make them fail, or keep them
        from it.
        """
        if not result.failures:
            return False
        if not result.neighbours and result.conclusion != ANY_LOAD:
            return True  # nothing was found
        self.report_progress("  in fresh workers:")
        with_itself = self.nodeid in result.neighbours
        neighbours = [name for name in result.neighbours if name != self.nodeid]
        noise = 0 if result.neighbours else self.workers
        tried = self._try(neighbours, noise=noise, with_itself=with_itself)
        return tried.failures > 0 or Tried(result.failures, result.runs).compare(tried) > ALPHA

    def _bisect(self, candidates: Sequence[str]) -> BisectionResult:
        holders = list_port_holders(self.shared)
        first = tuple(name for name in candidates if name in holders)
        result, tried = None, Tried()
        for names in dict.fromkeys((first, tuple(candidates))):  # one set, if all of them are holders
            tried = self._try(names, noise=0) if names else Tried()
            if tried.failures:
                result = self._bisect_failing(names, tried)
            if result is not None and result.neighbours:
                return result
        return result if result is not None and tried.failures else self._try_without_neighbours(tried.runs)

    def _bisect_failing(self, names: Sequence[str], tried: Tried) -> BisectionResult:
        """Bisect a set with which the test has failed."""
        self.rate = max(MIN_RATE, wilson_interval(tried.failures, tried.runs)[0])
        self.without = self.without if self.without.runs else self._try([], noise=self.workers)
        if not tried.is_worse_than(self.without):
            return self._blame_holders(tried) or self._make_result([], ANY_LOAD, tried)
        return self._name(narrow(names, self._fails_with))

    def _fails_with(self, names: Sequence[str]) -> bool:
        """Tell whether it fails more often with these than under plain CPU load, where it may fail as well."""
        return self.batches < self.most_batches and self._try(names, noise=0).is_worse_than(self.without)

    def _name(self, smallest: Sequence[str]) -> BisectionResult:
        """Name the set that was found, if new runs confirm it; otherwise the holders of what its failures name."""
        tried, p = self._confirm(smallest)
        if p <= ALPHA:
            conclusion = f"fails while these run: {', '.join(smallest)}{describe_shared(self.shared, smallest)}"
            return self._make_result(smallest, conclusion, tried)
        without = f"without any {self.without.failures} of {self.without.runs}"
        found = f"with the likeliest {tried.failures} of {tried.runs}, {without}"
        unconfirmed = f"no set of neighbours was confirmed: {found} failed"
        return self._blame_holders(tried) or self._make_result([], unconfirmed, tried)

    def _blame_holders(self, tried: Tried) -> BisectionResult | None:
        """Blame all holders of the thing that failures with neighbours name, and those under plain load less often.

        Nothing holds it under plain load: where none of those failures names it, one with neighbours is enough. None if
        there is no such thing.
        """
        named, without = len(tried.collisions), len(self.without.collisions)
        cause = find_cause(self.shared, tried.collisions) if named else None
        holders = {name for resource in cause.resources for name in self.shared[resource]} if cause else set()
        more_often = not without or fisher_p_value(named, tried.runs, without, self.without.runs) <= ALPHA
        if cause and more_often and holders - {ITSELF}:
            conclusion = f"any of these neighbours, by {', '.join(cause.resources[:MAX_NAMED])}"
            return self._make_result(sorted(holders - {ITSELF}), conclusion, tried)
        return None

    def _confirm(self, names: Sequence[str]) -> tuple[Tried, float]:
        """Try the set that was found in new batches; also return Fisher's p against none.

        One failure chose each set on the way, and may have been chance.
        """
        tried = Tried()
        p = 1.0
        for _ in range(MAX_QUIET_BATCHES):
            more = self._try(names, noise=0)
            tried = tried.merge(more)
            p = tried.compare(self.without)
            if p <= ALPHA or not more.failures:
                break
        return tried, p

    def _try_without_neighbours(self, runs: int) -> BisectionResult:
        tried = self._try([], noise=self.workers)
        if tried.failures:
            return self._make_result([], ANY_LOAD, tried)
        tried = self._try([], noise=0, with_itself=True)
        if tried.failures:
            used = f"; both use {', '.join(list(self.shared)[:MAX_NAMED])}" if self.shared else ""
            return self._make_result([self.nodeid], f"fails only while a copy of itself runs{used}", tried)
        return self._make_result([], "it did not fail; measure it first", Tried(0, runs + tried.runs))

    def _try(self, names: Sequence[str], *, noise: int, with_itself: bool = False) -> Tried:
        """Run the test with these neighbours; stops when a failure would have shown at 95 %."""
        tried = Tried()
        enough = runs_for_bound(self.rate)
        for _ in range(MAX_QUIET_BATCHES):
            batch = self._plan_batch(names, noise, with_itself)
            self.batches += 1
            ran = self.runner.run_batch(batch)
            self.hung |= note_hung_neighbours(ran, [self.nodeid], self.report_progress)
            own = [run for run in ran if run.nodeid == self.nodeid and run.counts]
            failed = [run.signature for run in own if run.failed]
            tried = tried.merge(Tried(len(failed), len(own), tuple(filter(is_collision, failed))))
            if failed or tried.runs >= enough or not own:
                break
        self.report_progress(f"  {len(names)} neighbours: {tried.failures}/{tried.runs}")
        return tried

    def _plan_batch(self, names: Sequence[str], noise: int, with_itself: bool) -> Batch:
        names = [name for name in names if name not in self.hung]
        each = max(1, NEIGHBOUR_RUNS // max(1, len(names)))
        return Batch(
            workers=self.workers,
            parts=({**dict.fromkeys(names, each), self.nodeid: COPIES},),
            seed=self.seed + self.batches,
            targets=(self.nodeid,),
            exclusive=() if with_itself else (self.nodeid,),
            noise=Noise(cpu=noise),
        )

    def _make_result(self, names: Sequence[str], conclusion: str, tried: Tried) -> BisectionResult:
        return BisectionResult(
            nodeid=self.nodeid,
            conclusion=conclusion,
            kind=Kind.LOAD if tried.failures else Kind.UNKNOWN,
            neighbours=list(names),
            failures=tried.failures,
            runs=tried.runs,
            batches=self.batches,
            notes=[*self.notes, *self.hung.values()],
            shared={resource: list(holders) for resource, holders in self.shared.items()},
        )
