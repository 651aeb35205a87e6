"""Finds a smallest set of neighbours beside which a test fails, or says that load is all it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flake_quarantine.inference.statistics import runs_for_bound, wilson
from flake_quarantine.inference.suspects import Suspect
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import Batch, Lab

COPIES = 30
NEIGHBOUR_RUNS = 120
MOST_BATCHES = 40
MOST_QUIET_BATCHES = 6  # without a failure, before a set is taken as harmless


@dataclass
class Found:
    """What bisecting ended with."""

    nodeid: str
    neighbours: list[str] = field(default_factory=list)
    conclusion: str = ""
    failures: int = 0
    runs: int = 0
    batches: int = 0


@dataclass
class Bisector:
    """Tries sets of neighbours; the test itself never runs twice at a time."""

    lab: Lab
    nodeid: str
    workers: int
    seed: int = 0
    say: Callable[[str], None] = lambda line: None
    batches: int = 0
    rate: float = 0.05

    def find(self, candidates: Sequence[Suspect] | Sequence[str]) -> Found:
        """Bisect the candidates, the likeliest first."""
        names = [candidate if isinstance(candidate, str) else candidate.nodeid for candidate in candidates]
        failures, runs = self._try(names, noise=0) if names else (0, 0)
        if not failures:
            return self._without_neighbours(runs)
        self.rate = max(0.01, wilson(failures, runs)[0])
        if self._try([], noise=self.workers)[0]:
            return self._found([], "none of its neighbours: it fails beside any load", failures, runs)
        smallest = self._narrow(names)
        failures, runs = self._try(smallest, noise=0)
        return self._found(smallest, f"fails beside {', '.join(smallest)}", failures, runs)

    def _without_neighbours(self, runs: int) -> Found:
        failures, tried = self._try([], noise=self.workers)
        if failures:
            return self._found([], "none of its neighbours: it fails beside any load", failures, tried)
        failures, tried = self._try([], noise=0, beside_itself=True)
        if failures:
            return self._found([self.nodeid], "fails only beside a copy of itself", failures, tried)
        return self._found([], "it did not fail; measure it first", 0, runs + tried)

    def _narrow(self, names: list[str]) -> list[str]:
        """Delta debugging (Zeller and Hildebrandt 2002): drop parts for as long as the rest still fails."""
        parts = 2
        while len(names) > 1 and self.batches < MOST_BATCHES:
            size = -(-len(names) // parts)
            chunks = [names[start : start + size] for start in range(0, len(names), size)]
            smaller = self._first_that_fails(chunks, names)
            if smaller is not None:
                parts = max(2, min(len(smaller), parts - 1 if len(smaller) > size else 2))
                names = smaller
            elif parts >= len(names):
                break
            else:
                parts = min(len(names), parts * 2)
        return names

    def _first_that_fails(self, chunks: list[list[str]], names: list[str]) -> list[str] | None:
        rests = [[name for name in names if name not in chunk] for chunk in chunks] if len(chunks) > 2 else []
        for part in (*chunks, *rests):
            if self.batches < MOST_BATCHES and self._try(part, noise=0)[0]:
                return part
        return None

    def _try(self, names: Sequence[str], *, noise: int, beside_itself: bool = False) -> tuple[int, int]:
        """Failures and runs with these neighbours; gives up when a failure would have shown at 95 %."""
        failures = runs = 0
        enough = runs_for_bound(self.rate)
        for _ in range(MOST_QUIET_BATCHES):
            batch = self._batch(names, noise, beside_itself)
            self.batches += 1
            own = [run for run in self.lab.load(batch) if run.nodeid == self.nodeid and run.counts]
            failures += sum(run.failed for run in own)
            runs += len(own)
            if failures or runs >= enough or not own:
                break
        self.say(f"  {len(names)} neighbours: {failures}/{runs}")
        return failures, runs

    def _batch(self, names: Sequence[str], noise: int, beside_itself: bool) -> Batch:
        each = max(1, NEIGHBOUR_RUNS // max(1, len(names)))
        return Batch(
            workers=self.workers,
            parts=({**dict.fromkeys(names, each), self.nodeid: COPIES},),
            seed=self.seed + self.batches,
            serial=() if beside_itself else (self.nodeid,),
            noise=Noise(cpu=noise),
        )

    def _found(self, names: list[str], conclusion: str, failures: int, runs: int) -> Found:
        return Found(self.nodeid, names, conclusion, failures, runs, self.batches)
