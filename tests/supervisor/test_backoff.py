"""Back-off with a clock that is a number; no test waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance.supervisor.state.backoff import BackOff, calculate_delay_s
from hero_assistance_sdk.hero_proc.specs import RetryPolicy

pytestmark = pytest.mark.pure

POLICY = RetryPolicy(
    max_attempts=6, delay_ms=100, factor=2.0, max_delay_ms=1_000, jitter=0.0, stability_period_ms=10_000
)


def test_the_delay_doubles_up_to_the_cap_and_then_it_is_given_up() -> None:
    backoff = BackOff(POLICY)
    delays = [backoff.count_failure(now) for now in range(7)]
    assert delays == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, None]


def test_a_stable_period_makes_it_forget() -> None:
    backoff = BackOff(POLICY)
    for now in range(4):
        backoff.count_failure(now)
    backoff.note_healthy(10.0)
    assert backoff.count_failure(20.0) == 0.1
    assert backoff.attempt == 1


def test_a_period_that_is_a_moment_too_short_is_not_stable() -> None:
    backoff = BackOff(POLICY)
    backoff.count_failure(0)
    backoff.note_healthy(10.0)
    assert backoff.count_failure(19.999) == 0.2


def test_becoming_healthy_again_after_a_doubt_does_not_restart_the_period() -> None:
    backoff = BackOff(POLICY)
    backoff.count_failure(0)
    backoff.note_healthy(10.0)
    backoff.note_healthy(19.0)
    assert backoff.count_failure(20.0) == 0.1


def test_a_failure_ends_the_period() -> None:
    backoff = BackOff(POLICY)
    backoff.note_healthy(0.0)
    backoff.count_failure(1.0)
    assert backoff.count_failure(100.0) == 0.2


def test_an_operator_makes_it_forget() -> None:
    backoff = BackOff(POLICY)
    for now in range(6):
        backoff.count_failure(now)
    backoff.reset()
    assert backoff.count_failure(7) == 0.1


def test_without_a_limit_it_never_gives_up_and_never_overflows() -> None:
    backoff = BackOff(POLICY.model_copy(update={"max_attempts": None}))
    assert [backoff.count_failure(0) for _ in range(5_000)][-1] == 1.0


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.08), (0.5, 0.1), (1.0, 0.12)])
def test_jitter_spreads_a_delay_to_both_sides(chance: float, expected: float) -> None:
    backoff = BackOff(POLICY.model_copy(update={"jitter": 0.2}), chance=lambda: chance)
    assert backoff.count_failure(0) == pytest.approx(expected)


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.0)])
def test_jitter_makes_no_delay_longer_than_the_cap(chance: float, expected: float) -> None:
    unlimited = POLICY.model_copy(update={"jitter": 0.2, "max_attempts": None})
    backoff = BackOff(unlimited, chance=lambda: chance, attempt=50)
    assert backoff.count_failure(0) == pytest.approx(expected)


@given(
    attempt=st.integers(1, 200),
    delay_ms=st.integers(0, 10_000),
    factor=st.floats(1, 10),
    max_delay_ms=st.integers(0, 60_000),
)
def test_no_delay_is_longer_than_the_cap_or_shorter_than_the_one_before(
    attempt: int, delay_ms: int, factor: float, max_delay_ms: int
) -> None:
    policy = RetryPolicy(delay_ms=delay_ms, factor=factor, max_delay_ms=max_delay_ms)
    assert calculate_delay_s(policy, attempt) <= calculate_delay_s(policy, attempt + 1) <= max_delay_ms / 1000
