"""The statistics behind a verdict, each a few lines that can be checked by hand; sources in docs/quarantine.md."""

from __future__ import annotations

import math
from collections.abc import Sequence

Z_95 = 1.959963984540054  # the 97.5 % point of the normal distribution
ALPHA = 0.05
# 1 - 0.05 ** (1 / 299) < 0.01: so many runs without a failure bound the rate by 1 % at 95 %.
HEALED_RUNS = 299
MAX_ALONE_RUNS = 5000  # where the search for a number of runs ends


def wilson_interval(failures: int, runs: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a failure rate, as two shares between 0 and 1.

    Two-sided, 95 % by default; `(0, 1)` when there are no runs. E. B. Wilson, JASA 22 (1927).
    """
    if runs == 0:
        return 0.0, 1.0
    rate = failures / runs
    scale = 1 + z * z / runs
    centre = (rate + z * z / (2 * runs)) / scale
    margin = z / scale * math.sqrt(rate * (1 - rate) / runs + z * z / (4 * runs * runs))
    low = 0.0 if failures == 0 else max(0.0, centre - margin)
    high = 1.0 if failures == runs else min(1.0, centre + margin)
    return low, high


def upper_bound(runs: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided upper bound of a rate, a share, after `runs` runs without a failure.

    The bound b solves (1 - b)^runs = 1 - confidence (Clopper and Pearson, Biometrika 26, 1934).
    """
    return 1.0 if runs == 0 else 1 - float((1 - confidence) ** (1 / runs))


def runs_for_bound(bound: float, confidence: float = 0.95) -> int:
    """Return how many runs without a failure bound the rate by `bound`, the inverse of `upper_bound`.

    So many runs also show a flake of that rate at least once, with this confidence.
    """
    return math.ceil(math.log(1 - confidence) / math.log1p(-bound))


def fisher_p_value(load_failures: int, load_runs: int, alone_failures: int, alone_runs: int) -> float:
    """Return Fisher's exact p, one-sided: the chance of at least so many failures under load, all margins fixed.

    1 if nothing failed or one arm has no runs. R. A. Fisher, The Design of Experiments (1935).
    """
    failures = load_failures + alone_failures
    runs = load_runs + alone_runs
    if failures == 0 or load_runs == 0 or alone_runs == 0:
        return 1.0
    all_ways = _log_choose(runs, failures)
    highest = min(failures, load_runs)
    ways = (
        _log_choose(load_runs, k) + _log_choose(alone_runs, failures - k)
        for k in range(load_failures, highest + 1)
        if failures - k <= alone_runs
    )
    return min(1.0, math.fsum(math.exp(way - all_ways) for way in ways))


def alone_runs_needed(load_failures: int, load_runs: int, threshold: float, limit: int = MAX_ALONE_RUNS) -> int:
    """Return the fewest runs alone, all passing, that bring Fisher's p to `threshold`; `limit` if none does."""
    if load_failures == 0:
        return limit
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        if fisher_p_value(load_failures, load_runs, 0, middle) <= threshold:
            high = middle
        else:
            low = middle
    return high


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number, in the given order.

    They bound the chance of even one false rejection. S. Holm, Scandinavian Journal of Statistics 6 (1979).
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [1.0] * len(p_values)
    running = 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = running
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number, in the given order.

    They bound the expected share of false rejections. Y. Benjamini and Y. Hochberg, JRSS B 57 (1995).
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__, reverse=True)
    adjusted = [1.0] * len(p_values)
    running = 1.0
    for place, index in enumerate(order):
        running = min(running, p_values[index] * len(p_values) / (len(p_values) - place))
        adjusted[index] = running
    return adjusted


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
