"""When a project is set aside, for how long, and how it comes back."""

from __future__ import annotations

import asyncio

import pytest

from hero_assistance_sdk.errors import ProtocolViolation, Unreachable
from hero_assistance_ui.foreign_projects.standing import FIRST_PAUSE_S, LAST_PAUSE_S, STEADY_S, Allowance, Standing

LIE = ProtocolViolation("desk lies", hint="seq: 1.5")
SLOW = Unreachable("desk did not answer in time")


class Clock:
    """The time of a test."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def offend(standing: Standing, clock: Clock, count: int) -> list[float]:
    """The pauses after offences, each made as soon as the pause before is over."""
    pauses = []
    for _ in range(count):
        standing.set_aside(LIE)
        begun = clock.now
        while standing.reason is not None:
            clock.now += 0.5
        pauses.append(clock.now - begun)
    return pauses


def test_the_pauses_double_up_to_the_longest() -> None:
    clock = Clock()
    pauses = offend(Standing(clock), clock, 9)
    assert pauses[:4] == [FIRST_PAUSE_S, 2, 4, 8]
    assert pauses[-2:] == [LAST_PAUSE_S, LAST_PAUSE_S]


def test_after_a_steady_time_an_offence_is_the_first() -> None:
    clock = Clock()
    standing = Standing(clock)
    offend(standing, clock, 5)
    clock.now += STEADY_S
    assert offend(standing, clock, 2) == [1, 2]


def test_the_reason_says_what_and_until_when() -> None:
    standing = Standing(Clock())
    standing.set_aside(LIE)
    assert isinstance(standing.reason, ProtocolViolation)
    assert standing.reason.message == "desk lies"
    assert standing.reason.hint == "seq: 1.5; it is set aside, and tried again in 1 s"


def test_of_requests_that_were_on_their_way_together_one_counts() -> None:
    clock = Clock()
    standing = Standing(clock)
    begun = clock.now
    clock.now += 1
    for _ in range(5):
        standing.set_aside(LIE, begun)
    clock.now += FIRST_PAUSE_S
    assert standing.reason is None


def test_one_slow_answer_is_forgiven_two_in_a_row_are_not() -> None:
    clock = Clock()
    standing = Standing(clock)
    for _ in range(3):
        assert standing.strike(SLOW, clock.now) is SLOW
        standing.note_answer()
    standing.strike(SLOW, clock.now)
    standing.strike(SLOW, clock.now)
    assert isinstance(standing.reason, Unreachable)


@pytest.mark.anyio
async def test_who_waits_is_woken_by_hand() -> None:
    standing = Standing()
    for _ in range(6):
        standing.set_aside(LIE)
    waiting = asyncio.ensure_future(standing.wait_out())
    await asyncio.sleep(0)
    assert not waiting.done()
    standing.release()
    async with asyncio.timeout(5):
        await waiting
    assert standing.reason is None


def test_an_allowance_comes_back_with_time() -> None:
    clock = Clock()
    allowance = Allowance(2, 10, clock)
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    clock.now += 10
    assert [allowance.take() for _ in range(3)] == [True, True, False]
