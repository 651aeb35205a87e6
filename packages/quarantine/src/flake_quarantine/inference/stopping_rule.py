"""When to stop measuring one test, and what has been found: a rule without I/O, so that it can be simulated.

One failure alone ends a measurement as not eligible, hence there is only one way to `load-only`: no failure alone all
the way to the number of runs that makes Fisher's p small enough. How often the rule gets that wrong is computed by
simulation of this very code, and stated in docs/quarantine.md.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field

from flake_quarantine.inference.statistics import ALPHA, HEALED_RUNS, alone_runs_needed, fisher, runs_for_bound


class Verdict(enum.StrEnum):
    """What a measurement says about a test."""

    LOAD_ONLY = "load-only"
    BROKEN = "broken"
    FLAKY_ALONE = "flaky-alone"
    HEALED = "healed"
    UNDECIDED = "undecided"
    EXPIRED = "expired"
    MISSING = "missing"
    NO_OWNER = "no owner"


# A quarantine may not go on with these.
FAILING = frozenset({Verdict.BROKEN, Verdict.FLAKY_ALONE, Verdict.EXPIRED, Verdict.MISSING, Verdict.NO_OWNER})


@dataclass(frozen=True)
class Limits:
    """How much a measurement may cost, and how sure it must be."""

    # Once up the ladder with few runs, so that a clear case costs little, then once more: 300 runs, of which 299
    # without a failure are the proof of healing. Further batches are as big as the last.
    batches: tuple[int, ...] = (10, 16, 24, 60, 80, 110)
    healed_runs: int = HEALED_RUNS
    load_runs: int = 600
    alone_runs: int = 500  # with 250, one in five flakes of 2 % stayed undecided
    first_alone: int = 1
    least_alone: int = 10  # a coin that fails alone passes so often once in a thousand times
    broken_after: int = 3
    threshold: float = ALPHA

    @property
    def enough_events(self) -> int:
        """From here on more load runs save hardly any runs alone: 5 for a threshold of 0.05."""
        return math.ceil(1.6 * math.log(1 / self.threshold))


@dataclass
class Rung:
    """What happened at one step of the load ladder."""

    workers: int
    runs: int = 0
    failures: int = 0
    events: int = 0  # failures, a burst of them counted once


@dataclass
class Tally:
    """Runs and failures of one test so far, in both arms."""

    rungs: list[Rung]
    alone_runs: int = 0
    alone_failures: int = 0
    batches: int = 0
    failing_batches: int = 0
    empty_batches: int = 0  # nothing was run: skipped, or the batch could not be used
    load_last: bool = field(default=True)

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
        """Fisher's one-sided exact p for more failures under load than alone."""
        return fisher(self.load_events, self.load_runs, self.alone_failures, self.alone_runs)

    def add_batch(self, rung: int, runs: int, failures: int, events: int) -> None:
        """Count one batch under load."""
        at = self.rungs[rung]
        at.runs, at.failures, at.events = at.runs + runs, at.failures + failures, at.events + events
        self.batches += 1
        self.failing_batches += failures > 0
        self.empty_batches += runs == 0
        self.load_last = True

    def add_alone(self, failed: bool) -> None:
        """Count one run alone."""
        self.alone_runs += 1
        self.alone_failures += failed
        self.load_last = False


@dataclass(frozen=True)
class RunAlone:
    """Do so many runs alone next, each in a fresh process."""

    runs: int


@dataclass(frozen=True)
class RunLoad:
    """Do one batch under load next."""

    rung: int
    runs: int


@dataclass(frozen=True)
class Stop:
    """It is decided, or it costs too much; `more` says what is missing."""

    verdict: Verdict
    more: str = ""


Step = RunAlone | RunLoad | Stop


def next_step(tally: Tally, limits: Limits) -> Step:
    """What to do next. Arms alternate, so that drift of the machine is not read as load."""
    stop = _decided(tally, limits)
    if stop is not None:
        return stop
    if tally.alone_failures:
        return RunAlone(limits.broken_after - tally.alone_runs)
    if _fails_under_load(tally, limits):
        return RunAlone(limits.least_alone - tally.alone_runs)
    # Without a failure there is nothing to compare: three runs alone show what is broken, more would show nothing.
    compares = tally.load_failures or tally.alone_runs < limits.broken_after
    if tally.load_last and compares and tally.alone_runs < limits.alone_runs:
        return RunAlone(_alone_chunk(tally, limits))
    return _load_batch(tally, limits)


def _decided(tally: Tally, limits: Limits) -> Stop | None:
    if tally.alone_failures:
        if tally.alone_runs < limits.broken_after:
            return None
        return Stop(Verdict.BROKEN if tally.alone_failures == tally.alone_runs else Verdict.FLAKY_ALONE)
    if _fails_under_load(tally, limits) and tally.alone_runs >= limits.least_alone:
        return Stop(Verdict.LOAD_ONLY)
    if not tally.load_failures and tally.load_runs >= limits.healed_runs and tally.alone_runs >= limits.broken_after:
        return Stop(Verdict.HEALED)
    if tally.empty_batches > 2:
        return Stop(Verdict.UNDECIDED, "it was not run: it is skipped under load, or pytest could not run it")
    if tally.load_runs >= limits.load_runs and tally.alone_runs >= limits.alone_runs:
        return Stop(Verdict.UNDECIDED, more_runs(tally, limits))
    if tally.load_runs >= limits.healed_runs and _too_rare(tally, limits):
        return Stop(Verdict.UNDECIDED, more_runs(tally, limits))
    if tally.load_runs >= limits.load_runs or tally.alone_runs >= limits.alone_runs:
        return Stop(Verdict.UNDECIDED, more_runs(tally, limits)) if _hopeless(tally, limits) else None
    return None


def _fails_under_load(tally: Tally, limits: Limits) -> bool:
    """Whether load makes a difference; failures of a single batch may be one bad moment of the machine."""
    return tally.failing_batches > 1 and tally.p <= limits.threshold


def _too_rare(tally: Tally, limits: Limits) -> bool:
    """Whether even failures twice as frequent from now on would not be enough within the limits."""
    if not tally.load_events:
        return False
    left = max(0, limits.load_runs - tally.load_runs)
    events = tally.load_events + math.ceil(2 * tally.load_events * left / tally.load_runs)
    return alone_runs_needed(events, tally.load_runs + left, limits.threshold) > limits.alone_runs


def _hopeless(tally: Tally, limits: Limits) -> bool:
    """Whether the arm that may still run cannot decide it within its limit."""
    if tally.alone_runs >= limits.alone_runs:
        return tally.load_events >= limits.enough_events
    needed = alone_runs_needed(tally.load_events, tally.load_runs, limits.threshold)
    return needed > limits.alone_runs


def _alone_chunk(tally: Tally, limits: Limits) -> int:
    if not tally.load_failures:
        return limits.first_alone
    needed = alone_runs_needed(tally.load_events, tally.load_runs, limits.threshold) - tally.alone_runs
    left = limits.alone_runs - tally.alone_runs
    if tally.load_events < limits.enough_events:  # more load makes this cheaper
        return min(left, limits.first_alone)
    return max(1, min(left, needed, max(10, math.ceil(needed / 3))))


def _load_batch(tally: Tally, limits: Limits) -> RunLoad:
    """Climb the ladder; once it fails, go on where it failed most often."""
    if tally.load_failures and tally.failing_batches > 1:
        worst = max(range(len(tally.rungs)), key=lambda i: (tally.rungs[i].failures / max(1, tally.rungs[i].runs), i))
        wanted = limits.enough_events - tally.load_events
        runs = math.ceil(wanted * tally.load_runs / tally.load_events)
        return RunLoad(worst, min(max(limits.batches[0], runs), limits.batches[-1]))
    size = limits.batches[min(tally.batches, len(limits.batches) - 1)]
    return RunLoad(tally.batches % len(tally.rungs), size)


def more_runs(tally: Tally, limits: Limits) -> str:
    """What an undecided measurement still needs, in words."""
    if not tally.load_failures:
        return f"{max(1, limits.healed_runs - tally.load_runs)} more runs under load without a failure"
    needed = alone_runs_needed(tally.load_events, tally.load_runs, limits.threshold)
    if needed >= 5000:
        needed = runs_for_bound(tally.load_events / tally.load_runs)
    return f"about {max(1, needed - tally.alone_runs)} more runs alone without a failure"
