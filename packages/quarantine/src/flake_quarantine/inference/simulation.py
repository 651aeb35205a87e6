"""Runs the stopping rule against coins of a known bias, thousands of times: its error rates and its price.

`python -m flake_quarantine.inference.simulation` prints the table that docs/quarantine.md shows.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.stopping_rule import RunAlone, RunLoad, Stop, Verdict, choose_step
from flake_quarantine.inference.tally import Rung, Tally

MAX_STEPS = 10_000


@dataclass
class SimulationResult:
    """What a number of simulated measurements came to."""

    verdicts: Counter[Verdict]
    detected: int  # at least one failure was seen under load
    alone_runs: int
    load_runs: int
    times: int

    def get_share(self, verdict: Verdict) -> float:
        """Return the share of measurements, 0 to 1, with this verdict."""
        return self.verdicts[verdict] / self.times


def simulate(
    load_rate: float, alone_rate: float, times: int, seed: int = 1, limits: Limits | None = None
) -> SimulationResult:
    """Measure a test that fails at these rates, shares between 0 and 1, many times."""
    chance = random.Random(seed)  # noqa: S311
    result = SimulationResult(Counter(), 0, 0, 0, times)
    for _ in range(times):
        stop, tally = simulate_one(chance, load_rate, alone_rate, limits or Limits())
        result.verdicts[stop.verdict] += 1
        result.detected += tally.load_failures > 0
        result.alone_runs += tally.alone_runs
        result.load_runs += tally.load_runs
    return result


def simulate_one(chance: random.Random, load_rate: float, alone_rate: float, limits: Limits) -> tuple[Stop, Tally]:
    """Simulate one measurement, on a ladder of three rungs that all fail at the same rate."""
    tally = Tally([Rung(2), Rung(8), Rung(16)])
    for _ in range(MAX_STEPS):
        step = choose_step(tally, limits)
        if isinstance(step, Stop):
            return step, tally
        if isinstance(step, RunAlone):
            for _ in range(step.runs):
                failed = chance.random() < alone_rate
                tally.add_alone(failed=failed)
                if failed:
                    break
        elif isinstance(step, RunLoad):
            failures = sum(chance.random() < load_rate for _ in range(step.runs))
            tally.add_batch(step.rung, step.runs, failures, failures)
    raise AssertionError("the rule does not stop")


def main() -> None:
    """Print the table of docs/quarantine.md."""
    times = 4000
    heads = ("rate under load", "rate alone", "found", "load-only", "healed", "not eligible", "undecided")
    print(f"| {' | '.join((*heads, 'runs alone', 'runs under load'))} |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    only_load = [(rate, 0) for rate in (0, 0.005, 0.02, 0.05, 0.1, 0.5, 1)]
    equal = [(rate, rate) for rate in (0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)]
    for load_rate, alone_rate in only_load + equal:
        result = simulate(load_rate, alone_rate, times)
        print(f"| {100 * load_rate:g} % | {100 * alone_rate:g} % | {_format_cells(result)} |")


def _format_cells(result: SimulationResult) -> str:
    times = result.times
    shares = [
        result.detected / times,
        result.get_share(Verdict.LOAD_ONLY),
        result.get_share(Verdict.HEALED),
        result.get_share(Verdict.BROKEN) + result.get_share(Verdict.FLAKY_ALONE),
        result.get_share(Verdict.UNDECIDED),
    ]
    cells = [f"{100 * share:.1f} %" for share in shares]
    return " | ".join([*cells, f"{result.alone_runs / times:.0f}", f"{result.load_runs / times:.0f}"])


if __name__ == "__main__":
    main()
