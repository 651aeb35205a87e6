"""The statistics against tabulated values, published ones and other ways to compute the same."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest

from flake_quarantine.inference import statistics


def exact(load_failures: int, load_runs: int, alone_failures: int, alone_runs: int) -> Fraction:
    """Fisher's p by counting, in whole numbers."""
    failures, runs = load_failures + alone_failures, load_runs + alone_runs
    ways = sum(
        math.comb(load_runs, k) * math.comb(alone_runs, failures - k)
        for k in range(load_failures, min(failures, load_runs) + 1)
    )
    return Fraction(ways, math.comb(runs, failures))


@pytest.mark.parametrize(
    ("failures", "runs", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (Wilson)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_the_published_table(failures: int, runs: int, low: float, high: float) -> None:
    assert list(statistics.wilson_interval(failures, runs)) == pytest.approx([low, high], abs=5e-5)


def test_wilson_without_runs_says_nothing() -> None:
    assert statistics.wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("table", list(itertools.product((0, 1, 3, 7), (8, 20), (0, 1, 4), (5, 40))))
def test_fisher_equals_counting(table: tuple[int, int, int, int]) -> None:
    expected = float(exact(*table)) if table[0] + table[2] else 1.0
    assert statistics.fisher_p_value(*table) == pytest.approx(expected, rel=1e-9)


def test_fisher_equals_the_lady_tasting_tea() -> None:
    """Fisher, The Design of Experiments (1935): four of four right has p 1/70, three of four 17/70."""
    assert statistics.fisher_p_value(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert statistics.fisher_p_value(3, 4, 1, 4) == pytest.approx(17 / 70)


def test_fisher_of_large_arms_does_not_overflow() -> None:
    assert 0 < statistics.fisher_p_value(500, 5000, 0, 5000) < 1e-150


@pytest.mark.parametrize(("rate", "runs"), [(0.5, 5), (0.2, 14), (0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299)])
def test_runs_that_show_a_flake_of_this_rate(rate: float, runs: int) -> None:
    assert statistics.runs_for_bound(rate) == runs


def test_so_many_runs_without_failure_prove_healing() -> None:
    assert statistics.upper_bound(statistics.HEALED_RUNS) <= 0.01 < statistics.upper_bound(statistics.HEALED_RUNS - 1)


def test_alone_runs_needed_is_the_fewest() -> None:
    needed = statistics.alone_runs_needed(5, 100, 0.05)
    assert statistics.fisher_p_value(5, 100, 0, needed) <= 0.05 < statistics.fisher_p_value(5, 100, 0, needed - 1)


def test_corrections_equal_the_published_example() -> None:
    """Benjamini and Hochberg (1995), section 4: at 0.05 Bonferroni's kin reject 3 of 15, theirs rejects 4."""
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
              0.7590, 1.0]  # fmt: skip
    assert sum(p <= 0.05 for p in statistics.holm(values)) == 3
    assert sum(p <= 0.05 for p in statistics.benjamini_hochberg(values)) == 4


def test_corrections_keep_the_given_order() -> None:
    assert statistics.holm([0.04, 0.01]) == [0.04, 0.02]
    assert statistics.benjamini_hochberg([0.04, 0.01]) == [0.04, 0.02]
