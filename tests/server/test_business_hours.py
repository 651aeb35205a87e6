"""Business hours: only open time counts, by the clocks of the zone, also on the days on which these are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.tickets.business_hours import (
    ALWAYS_OPEN,
    BusinessHours,
    Shift,
    Week,
    moment_of,
    parse_shift,
)

pytestmark = pytest.mark.pure

BERLIN = ZoneInfo("Europe/Berlin")
# With changes of an hour, of half an hour, at midnight, and of a whole day.
ZONES = [UTC, BERLIN, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo"))]
NINE_TO_FIVE = (Shift(9 * 60, 17 * 60),)
WORKDAYS: Week = (*(NINE_TO_FIVE,) * 5, (), ())
ROUND_THE_CLOCK: Week = ((Shift(0, 24 * 60),),) * 7
OFFICE = BusinessHours(WORKDAYS, BERLIN, frozenset({date(2026, 12, 25)}))

zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
spans = st.timedeltas(timedelta(), timedelta(days=60))


@st.composite
def days(draw: st.DrawFn) -> tuple[Shift, ...]:
    """Some shifts that do not overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    return tuple(Shift(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False))


weeks = st.tuples(*[days()] * 7)


def berlin(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (berlin(2026, 11, 27, 10), 2, berlin(2026, 11, 27, 12)),
        (berlin(2026, 11, 27, 16), 2, berlin(2026, 11, 30, 10)),
        (berlin(2026, 11, 28, 12), 1, berlin(2026, 11, 30, 10)),
        (berlin(2026, 11, 27, 6), 8, berlin(2026, 11, 27, 17)),
        # Christmas is closed, and the weekend behind it.
        (berlin(2026, 12, 24, 16), 2, berlin(2026, 12, 28, 10)),
        # The clocks are changed on the weekend between.
        (berlin(2026, 3, 27, 16), 2, berlin(2026, 3, 30, 10)),
    ],
)
def test_when_an_answer_is_due(start: datetime, hours: int, due: datetime) -> None:
    assert OFFICE.add(start, timedelta(hours=hours)) == due


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 11, 1), 24)])
def test_a_day_is_as_long_as_the_clocks_make_it(day: tuple[int, int, int], hours: int) -> None:
    start = berlin(*day)
    tomorrow = moment_of(date(*day) + timedelta(days=1), 0, BERLIN)
    assert BusinessHours(ROUND_THE_CLOCK, BERLIN).count(start, tomorrow) == timedelta(hours=hours)


def test_a_shift_in_the_hour_that_is_left_out_has_no_time() -> None:
    night = BusinessHours(((Shift(2 * 60, 3 * 60),),) * 7, BERLIN)
    assert night.count(berlin(2026, 3, 29), berlin(2026, 3, 30)) == timedelta()
    half = BusinessHours(((Shift(60, 2 * 60 + 30),),) * 7, BERLIN)
    assert half.count(berlin(2026, 3, 29), berlin(2026, 3, 30)) == timedelta(hours=1)


@given(weeks, zones, moments, spans)
def test_what_is_added_is_what_is_counted(week: Week, zone: ZoneInfo, start: datetime, span: timedelta) -> None:
    hours = BusinessHours(week, zone)
    due = hours.add(start, span)
    if due < start + timedelta(days=3600):
        assert hours.count(start, due) == span


@given(weeks, zones, moments, spans, spans)
def test_time_adds_up(week: Week, zone: ZoneInfo, start: datetime, one: timedelta, other: timedelta) -> None:
    hours, middle = BusinessHours(week, zone), start + one
    end = middle + other
    assert hours.count(start, middle) + hours.count(middle, end) == hours.count(start, end)
    assert timedelta() <= hours.count(start, end) <= end - start


@given(weeks, zones, moments, spans, spans)
def test_a_longer_promise_is_never_due_before(
    week: Week, zone: ZoneInfo, start: datetime, one: timedelta, other: timedelta
) -> None:
    hours = BusinessHours(week, zone)
    assert start <= hours.add(start, one) <= hours.add(start, one + other)


@given(zones, moments, spans)
def test_round_the_clock_is_always(zone: ZoneInfo, start: datetime, span: timedelta) -> None:
    """There is neither a gap nor a doubled hour at any change of the clocks."""
    assert BusinessHours(ROUND_THE_CLOCK, zone).add(start, span) == start + span == ALWAYS_OPEN.add(start, span)


@given(zones, moments, st.sets(st.integers(0, 20), max_size=10))
def test_nothing_counts_on_a_holiday(zone: ZoneInfo, start: datetime, numbers: set[int]) -> None:
    first = start.astimezone(zone).date()
    closed = frozenset(first + timedelta(days=number) for number in numbers)
    hours = BusinessHours(ROUND_THE_CLOCK, zone, closed)
    for day in closed:
        begin, end = moment_of(day, 0, zone), moment_of(day + timedelta(days=1), 0, zone)
        assert hours.count(begin, end) == timedelta()


def test_a_desk_that_hardly_opens_promises_nothing_for_ten_years() -> None:
    hours = BusinessHours(((Shift(0, 1),), *((),) * 6), UTC)
    due = hours.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=366))
    assert datetime(2035, 1, 1, tzinfo=UTC) < due < datetime(2037, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "9", "09:00", "09:00-09:00", "17:00-09:00", "09:00-25:00", "24:30-25:00"])
def test_what_is_no_shift(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time|does not end|invalid literal"):
        parse_shift(text)


def test_a_shift_may_end_at_midnight() -> None:
    assert parse_shift("22:00-24:00") == Shift(22 * 60, 24 * 60)
