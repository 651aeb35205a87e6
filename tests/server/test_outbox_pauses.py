"""The pauses of a channel whose other side takes nothing: who finds out, when, and what it costs the deliveries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_server.outbox.model import ChannelDown
from hero_assistance_server.outbox.pauses import GROW_AFTER, LASTING, PAUSES, ChannelPause, Pauses

pytestmark = pytest.mark.pure

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
DOWN = ChannelDown("421 closing\r\n", "wait")
FOUR = 4


def paused(at: datetime = NOON) -> ChannelPause:
    pause = ChannelPause()
    pause.note_fault(DOWN, at, FOUR)
    return pause


def test_without_a_fault_there_is_room_for_all() -> None:
    assert ChannelPause().room(FOUR, NOON) == FOUR


def test_within_a_pause_there_is_no_room_and_after_it_for_one() -> None:
    pause = paused()
    assert (pause.fault, pause.hint) == ("421 closing", "wait")
    assert pause.room(FOUR, NOON + PAUSES[0] - timedelta(seconds=1)) == 0
    assert pause.room(FOUR, NOON + PAUSES[0]) == 1


def test_faults_of_what_was_under_way_make_a_pause_no_longer() -> None:
    pause = paused()
    pause.note_fault(DOWN, NOON + timedelta(seconds=1), FOUR)
    assert pause.until == NOON + PAUSES[0]


def test_faults_in_a_row_make_longer_pauses() -> None:
    pause, now, pauses = ChannelPause(), NOON, []
    for _ in range(len(PAUSES) + 2):
        pause.note_fault(DOWN, now, FOUR)
        assert pause.until is not None
        pauses.append(pause.until - now)
        now = pause.until
    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1]]


def test_an_answer_to_what_began_after_the_fault_ends_the_pause_and_an_older_one_does_not() -> None:
    pause = ChannelPause()
    before = pause.number
    pause.note_fault(DOWN, NOON, FOUR)
    assert not pause.note_answer(1, before)
    assert pause.is_down
    assert pause.note_answer(2, pause.number)
    assert (pause.is_down, pause.fault, pause.hint) == (False, None, "")


def test_after_a_fault_fewer_go_at_once_until_many_were_answered() -> None:
    pause = paused()
    pause.note_answer(1, pause.number)
    assert pause.room(FOUR, NOON) == FOUR // 2
    for number in range(2 * GROW_AFTER):
        pause.note_answer(number, pause.number)
    assert pause.room(FOUR, NOON) == FOUR


def test_it_lasts_after_some_faults_and_no_longer_after_an_answer() -> None:
    pause, now = ChannelPause(), NOON
    for _ in range(LASTING):
        assert not pause.is_lasting
        pause.note_fault(DOWN, now, FOUR)
        now += PAUSES[-1]
    assert pause.is_lasting
    pause.note_answer(1, pause.number)
    assert not pause.is_lasting


def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    assert paused().room(FOUR, NOON - timedelta(days=1)) == 1


def test_who_wants_to_know_now_ends_a_pause() -> None:
    pauses = Pauses()
    for name in ("mail", "webhook"):
        pauses.of(name).note_fault(DOWN, NOON, FOUR)
    pauses.lift("mail")
    assert [pauses.of(name).room(FOUR, NOON) for name in ("mail", "webhook")] == [1, 0]
    pauses.lift()
    assert pauses.of("webhook").room(FOUR, NOON) == 1
    pauses.of("webhook").note_fault(DOWN, NOON, FOUR)
    assert pauses.of("webhook").until == NOON + PAUSES[0]


def test_a_delivery_is_to_blame_once_others_were_answered_between_its_faults() -> None:
    pause = ChannelPause()
    assert not pause.is_to_blame(1)
    assert not pause.is_to_blame(1)
    pause.note_answer(2, pause.number)
    assert pause.is_to_blame(1)
    pause.note_answer(1, pause.number)
    assert not pause.is_to_blame(1)


def test_a_clock_that_is_set_back_far_leaves_no_channel_without_a_pause() -> None:
    """Else the other side is asked in a loop until the clock is where it was."""
    pause, back = paused(), NOON - timedelta(days=1)
    assert pause.room(FOUR, back) == 1
    pause.note_fault(DOWN, back, FOUR)
    assert pause.room(FOUR, back) == 0
    assert pause.until == back + PAUSES[1]
    assert pause.room(FOUR, back + PAUSES[1]) == 1
