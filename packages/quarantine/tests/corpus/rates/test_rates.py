"""Known rates of failure, under load only: each run draws its own chance; alone they always pass."""

from __future__ import annotations

import os
import random
import time

import pytest

UNDER_LOAD = "PYTEST_XDIST_WORKER" in os.environ


def fails_at(rate: float) -> None:
    """Fail with this chance while other workers run."""
    time.sleep(0.002)
    assert not (UNDER_LOAD and random.SystemRandom().random() < rate), "a planted flake"


def test_flaky_at_a_half() -> None:
    fails_at(0.5)


def test_flaky_at_a_tenth() -> None:
    fails_at(0.1)


def test_flaky_at_a_fiftieth() -> None:
    fails_at(0.02)


def test_flaky_at_a_two_hundredth() -> None:
    fails_at(0.005)


@pytest.mark.parametrize("number", range(8))
def test_never_flaky(number: int) -> None:
    time.sleep(0.001 * number)
