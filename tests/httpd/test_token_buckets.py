"""Token buckets: how much at once, how much over time, how many callers, and how long to wait."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_httpd.connections.token_buckets import SHARED_BUCKETS, TokenBuckets

pytestmark = pytest.mark.pure


@dataclass
class Clock:
    """A clock that the test moves."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_grants_its_burst_and_then_one_for_each_pace() -> None:
    clock = Clock()
    buckets = TokenBuckets(3, 60.0, clock=clock)
    assert [buckets.take("carol") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert buckets.take("carol") == pytest.approx(20.0)
    clock.now += 19.9
    assert buckets.take("carol") == pytest.approx(0.1)
    clock.now += 0.1
    assert buckets.take("carol") == 0.0
    assert buckets.take("carol") == pytest.approx(20.0)


def test_one_caller_takes_nothing_of_another() -> None:
    buckets = TokenBuckets(1, 60.0, clock=Clock())
    assert [buckets.take(key) > 0 for key in ("carol", "carol", "dave")] == [False, True, False]


def test_waiting_as_long_as_it_says_is_enough() -> None:
    clock = Clock()
    buckets = TokenBuckets(7, 11.0, clock=clock)
    for _ in range(100):
        clock.now += buckets.take("carol")
    while wait_s := buckets.take("carol"):
        clock.now += wait_s
    assert buckets.take("carol") > 0


def test_a_use_that_takes_several_tokens_leaves_so_many_fewer() -> None:
    buckets = TokenBuckets(7, 60.0, clock=Clock())
    assert [buckets.take("carol", 3) == 0.0 for _ in range(3)] == [True, True, False]
    assert buckets.take("carol") == 0.0


def test_a_use_takes_no_more_than_a_full_bucket() -> None:
    clock = Clock()
    buckets = TokenBuckets(2, 60.0, clock=clock)
    assert [buckets.take("carol", 5) for _ in range(2)] == [0.0, 60.0]
    clock.now += 60
    assert buckets.take("carol", 5) == 0.0


def test_an_infinite_burst_refuses_nothing() -> None:
    buckets = TokenBuckets(math.inf, 60.0, clock=Clock())
    assert not any(buckets.take("carol") for _ in range(1000))


def test_no_flood_of_keys_gives_one_a_new_bucket() -> None:
    buckets = TokenBuckets(1, 60.0, capacity=100, clock=Clock())
    assert buckets.take("guesser") == 0.0
    granted = sum(buckets.take(f"stranger {number}") == 0.0 for number in range(10_000))
    # Each that has room gets one, and the others share some.
    assert granted <= 99 + SHARED_BUCKETS
    assert len(buckets) == 100
    assert buckets.take("guesser") > 0


def test_a_bucket_leaves_a_full_table_once_it_is_full_again() -> None:
    clock = Clock()
    buckets = TokenBuckets(1, 60.0, capacity=2, clock=clock)
    buckets.take("a")
    clock.now += 30
    assert [buckets.take(key) for key in ("b", "c")] == [0.0, 0.0]
    clock.now += 31
    assert [buckets.take(key) for key in ("d", "d")] == [0.0, 60.0]
    assert len(buckets) == 2
    assert buckets.take("b") > 0


@given(
    burst=st.integers(1, 50),
    refill_s=st.floats(0.1, 10_000),
    steps=st.lists(st.tuples(st.floats(0, 1000), st.integers(1, 4)), min_size=1, max_size=200),
)
def test_in_no_span_more_than_the_burst_and_what_was_refilled(
    burst: int, refill_s: float, steps: list[tuple[float, int]]
) -> None:
    clock = Clock()
    buckets = TokenBuckets(burst, refill_s, clock=clock)
    granted: list[tuple[float, int]] = []
    for step, tokens in steps:
        clock.now += step
        if buckets.take("carol", tokens) == 0.0:
            granted.append((clock.now, min(tokens, burst)))
    for first, (began, _) in enumerate(granted):
        taken = 0
        for at, tokens in granted[first:]:
            taken += tokens
            assert taken <= burst + (at - began) * burst / refill_s + 0.01
