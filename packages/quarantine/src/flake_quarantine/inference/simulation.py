"""Runs the stopping rule against coins of a known bias, thousands of times: its error rates and its price.

`python -m flake_quarantine.inference.simulation` prints the table that docs/quarantine.md shows.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from flake_quarantine.inference.stopping_rule import Limits, RunAlone, Rung, RunLoad, Stop, Tally, Verdict, next_step


@dataclass
class Simulated:
    """What a number of simulated measurements ended with."""

    verdicts: Counter[Verdict]
    detected: int  # at least one failure was seen under load
    alone_runs: int
    load_runs: int
    times: int

    def share(self, verdict: Verdict) -> float:
        """The share of measurements that ended with this verdict."""
        return self.verdicts[verdict] / self.times


def measure(chance: random.Random, load_rate: float, alone_rate: float, limits: Limits) -> tuple[Stop, Tally]:
    """One measurement of a test that fails at these rates."""
    tally = Tally([Rung(2), Rung(8), Rung(16)])
    for _ in range(10_000):
        step = next_step(tally, limits)
        if isinstance(step, Stop):
            return step, tally
        if isinstance(step, RunAlone):
            for _ in range(step.runs):
                failed = chance.random() < alone_rate
                tally.add_alone(failed)
                if failed:
                    break
        elif isinstance(step, RunLoad):
            failures = sum(chance.random() < load_rate for _ in range(step.runs))
            tally.add_batch(step.rung, step.runs, failures, failures)
    raise AssertionError("the rule does not stop")


def simulate(load_rate: float, alone_rate: float, times: int, seed: int = 1, limits: Limits | None = None) -> Simulated:
    """Many measurements."""
    chance = random.Random(seed)  # noqa: S311
    result = Simulated(Counter(), 0, 0, 0, times)
    for _ in range(times):
        stop, tally = measure(chance, load_rate, alone_rate, limits or Limits())
        result.verdicts[stop.verdict] += 1
        result.detected += tally.load_failures > 0
        result.alone_runs += tally.alone_runs
        result.load_runs += tally.load_runs
    return result


def main() -> None:
    """Print the table of docs/quarantine.md."""
    times = 4000
    heads = ("rate under load", "rate alone", "found", "load-only", "healed", "not eligible", "undecided")
    print(f"| {' | '.join((*heads, 'runs alone', 'runs under load'))} |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    rates = [(0, 0), (0.005, 0), (0.02, 0), (0.05, 0), (0.1, 0), (0.5, 0), (1, 0)]
    equal = [(rate, rate) for rate in (0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)]
    for load, alone in rates + equal:
        got = simulate(load, alone, times)
        bad = got.share(Verdict.BROKEN) + got.share(Verdict.FLAKY_ALONE)
        cells = [got.detected / times, got.share(Verdict.LOAD_ONLY), got.share(Verdict.HEALED), bad]
        cells.append(got.share(Verdict.UNDECIDED))
        percents = " | ".join(f"{100 * cell:.1f} %" for cell in cells)
        print(f"| {100 * load:g} % | {100 * alone:g} % | {percents} | {got.alone_runs / times:.0f} "
              f"| {got.load_runs / times:.0f} |")  # fmt: skip


if __name__ == "__main__":
    main()
