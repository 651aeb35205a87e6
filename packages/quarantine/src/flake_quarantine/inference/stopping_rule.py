"""When to stop measuring one test, and with which verdict: a rule without I/O, so that it can be simulated.

One failure alone ends a measurement as not eligible. So there is only one way to `load-only`: no failure alone, up to
the number of runs that makes Fisher's p small enough. Simulations of this very code say how often the rule errs; the
figures stand in docs/quarantine.md.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.missing_runs import find_missing_runs
from flake_quarantine.inference.statistics import alone_runs_needed
from flake_quarantine.inference.tally import Tally


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
class RunAlone:
    """The next step: so many runs alone, each in a fresh process."""

    runs: int


@dataclass(frozen=True)
class RunLoad:
    """The next step: one batch under load; `rung` is an index of the ladder."""

    rung: int
    runs: int


@dataclass(frozen=True)
class Stop:
    """The end: it is decided, or deciding it costs too much; `hint` says what is missing."""

    verdict: Verdict
    hint: str = ""


Step = RunAlone | RunLoad | Stop


def choose_step(tally: Tally, limits: Limits) -> Step:
    """Choose the next step. Arms alternate, so that drift of the machine is not read as load."""
    stop = _decide(tally, limits)
    if stop is not None:
        return stop
    if tally.alone_failures:
        return RunAlone(limits.broken_after - tally.alone_runs)
    if tally.foreign_failures and not tally.alone_runs:
        return RunAlone(1)  # to repeat it
    if _fails_under_load(tally, limits):
        return RunAlone(limits.min_alone_runs - tally.alone_runs)
    # Without a failure there is nothing to compare: three runs alone show what is broken, more would show nothing.
    compares = tally.load_failures or tally.alone_runs < limits.broken_after
    if tally.load_last and compares and tally.alone_runs < limits.max_alone_runs:
        return RunAlone(_choose_alone_runs(tally, limits))
    return _choose_batch(tally, limits)


def stop_at_time_limit(tally: Tally, limits: Limits) -> Stop:
    """Return the end of a measurement whose time is up: a failure alone decides it, however few runs there were."""
    if tally.alone_failures:
        counts = f"{tally.alone_failures} of {tally.alone_runs}"
        return Stop(Verdict.FLAKY_ALONE, f"the time is up; {counts} runs alone failed, so it may as well be broken")
    if tally.foreign_failures:
        return Stop(Verdict.UNDECIDED, f"the time is up; {_describe_foreign_failures(tally)}")
    return Stop(Verdict.UNDECIDED, f"the time is up; {find_missing_runs(tally, limits)}")


def _decide(tally: Tally, limits: Limits) -> Stop | None:
    """Return the end, or None if a further step may still change the verdict."""
    if tally.alone_failures:
        return _decide_not_eligible(tally, limits)
    if tally.foreign_uncounted >= limits.max_foreign_runs:
        return _decide_by_foreign_failures(tally)
    if _fails_under_load(tally, limits) and tally.alone_runs >= limits.min_alone_runs:
        return Stop(Verdict.LOAD_ONLY)
    if _is_healed(tally, limits):
        return Stop(Verdict.HEALED)
    return _give_up(tally, limits)


def _give_up(tally: Tally, limits: Limits) -> Stop | None:
    """Return the end if nothing can decide it any more."""
    if tally.empty_batches > limits.max_empty_batches:
        return Stop(Verdict.UNDECIDED, "it was not run: it is skipped under load, or pytest could not run it")
    if _is_out_of_reach(tally, limits):
        return Stop(Verdict.UNDECIDED, str(find_missing_runs(tally, limits)))
    return None


def _decide_not_eligible(tally: Tally, limits: Limits) -> Stop | None:
    if tally.alone_runs < limits.broken_after:
        if tally.foreign_uncounted < limits.max_foreign_runs:
            return None
        return Stop(
            Verdict.FLAKY_ALONE, "it failed alone, and may as well be broken: the machine was never quiet again"
        )
    return Stop(Verdict.BROKEN if tally.alone_failures == tally.alone_runs else Verdict.FLAKY_ALONE)


def _decide_by_foreign_failures(tally: Tally) -> Stop:
    """Return the end of a measurement on a machine that is never quiet: what fails each time is broken even so."""
    always = tally.foreign_failures == tally.foreign_runs and not tally.alone_runs
    return Stop(Verdict.BROKEN if always else Verdict.UNDECIDED, _describe_foreign_failures(tally))


def _describe_foreign_failures(tally: Tally) -> str:
    counts = f"{tally.foreign_failures} of {tally.foreign_runs} runs alone failed while other programs used the machine"
    return f"{counts}; measure it again when they do not, or accept them with --foreign-load 1"


def _fails_under_load(tally: Tally, limits: Limits) -> bool:
    """Tell whether load makes a difference; failures of a single batch may be one bad moment of the machine."""
    return tally.failing_batches > 1 and tally.p <= limits.threshold


def _is_healed(tally: Tally, limits: Limits) -> bool:
    """Tell whether it never failed, in enough runs under load that other programs did not hold up."""
    own_load_runs = tally.load_runs - tally.foreign_load_runs
    enough = own_load_runs >= limits.healed_runs and tally.alone_runs >= limits.broken_after
    return enough and not tally.load_failures


def _is_out_of_reach(tally: Tally, limits: Limits) -> bool:
    """Tell whether no runs within the limits can decide it any more."""
    load_is_over = tally.load_runs >= limits.max_load_runs
    alone_is_over = tally.alone_runs >= limits.max_alone_runs
    if load_is_over and alone_is_over:
        return True
    if tally.load_runs >= limits.healed_runs and _is_too_rare(tally, limits):
        return True
    return (load_is_over or alone_is_over) and _is_other_arm_hopeless(tally, limits)


def _is_too_rare(tally: Tally, limits: Limits) -> bool:
    """Tell whether even failures twice as frequent from now on would not be enough within the limits."""
    if not tally.load_events:
        return False
    left = max(0, limits.max_load_runs - tally.load_runs)
    events = tally.load_events + math.ceil(2 * tally.load_events * left / tally.load_runs)
    return alone_runs_needed(events, tally.load_runs + left, limits.threshold) > limits.max_alone_runs


def _is_other_arm_hopeless(tally: Tally, limits: Limits) -> bool:
    """Tell whether the arm that may still run cannot decide it within its limit."""
    if tally.alone_runs >= limits.max_alone_runs:
        return tally.load_events >= limits.enough_events
    needed = alone_runs_needed(tally.load_events, tally.load_runs, limits.threshold)
    return needed > limits.max_alone_runs


def _choose_alone_runs(tally: Tally, limits: Limits) -> int:
    if not tally.load_failures:
        return limits.first_alone_runs
    needed = alone_runs_needed(tally.load_events, tally.load_runs, limits.threshold) - tally.alone_runs
    left = limits.max_alone_runs - tally.alone_runs
    if tally.load_events < limits.enough_events:  # more load makes this cheaper
        return min(left, limits.first_alone_runs)
    return max(1, min(left, needed, max(10, math.ceil(needed / 3))))


def _choose_batch(tally: Tally, limits: Limits) -> RunLoad:
    """Climb the ladder; once the test fails, go on where it failed most often.

    A first batch with failures is repeated there: a second one must have some, and is likeliest to.
    """
    worst = max(range(len(tally.rungs)), key=lambda i: (tally.rungs[i].failures / max(1, tally.rungs[i].runs), i))
    if tally.load_failures and tally.failing_batches > 1:
        wanted = limits.enough_events - tally.load_events
        runs = math.ceil(wanted * tally.load_runs / tally.load_events)
        return RunLoad(worst, min(max(limits.batch_sizes[0], runs), limits.batch_sizes[-1]))
    size = limits.batch_sizes[min(tally.batches, len(limits.batch_sizes) - 1)]
    return RunLoad(worst if tally.load_failures else tally.batches % len(tally.rungs), size)
