"""Days by the clocks of a place: when they begin, and which day it is."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.search.filters import parse
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.time_zones import (
    DAY_MS,
    day_number,
    midnight,
    offset_at,
    offsets_within,
    start_of_day,
    zone_of,
    zone_or_utc,
)
from hero_assistance_server.timestamps import millis
from tests.server.read_cases import BOB

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Africa/Cairo", "America/Havana", "Australia/Lord_Howe", "Asia/Gaza"])


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 26), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # Midnight does not exist.
        ("Asia/Beirut", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        # Midnight comes twice.
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("UTC", date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
        ("Asia/Tokyo", date(1, 1, 1), datetime(1, 1, 1, tzinfo=UTC)),
        ("America/New_York", date(9999, 12, 31), datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_when_a_day_begins(zone: str, day: date, begins: datetime) -> None:
    assert midnight(day, zone_of(zone)) == begins


def test_a_day_that_a_zone_left_out_does_not_begin() -> None:
    apia = zone_of("Pacific/Apia")
    numbers = [(date(2011, 12, day) - date(1970, 1, 1)).days for day in (29, 30, 31)]
    begins = [start_of_day(number, apia) for number in numbers]
    assert begins[1] is None
    assert begins[0] is not None
    assert begins[2] == begins[0] + DAY_MS


@given(ZONES, st.integers(0, 4_102_444_800_000), st.integers(1, 1100 * DAY_MS))
def test_the_offsets_of_a_span_are_those_of_its_moments(name: str, start: int, length: int) -> None:
    zone = zone_of(name)
    found = offsets_within(start, start + length, zone)
    assert found[0][0] == start
    for moment in (start, start + length // 3, start + length // 2, start + length - 1):
        assert [offset for at, offset in found if at <= moment][-1] == offset_at(moment, zone)
    for at, offset in found[1:]:
        assert offset_at(at - 1, zone) != offset == offset_at(at, zone)


@given(ZONES, st.integers(DAY_MS, 4_102_444_800_000))
def test_a_moment_is_in_the_day_that_began_last(name: str, moment: int) -> None:
    zone = zone_of(name)
    number = day_number(moment, zone)
    begin, end = start_of_day(number, zone), start_of_day(number + 1, zone)
    assert begin is not None
    assert end is not None
    assert begin <= moment < end


@pytest.mark.parametrize("name", ["", ".", "..", "/", "Europe", "Europe/", "/etc/passwd", "../UTC", "a\x00b", "berlin"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        zone_of(name)


def test_zones_are_known_without_those_of_the_machine() -> None:
    try:
        zoneinfo.reset_tzpath(to=[])
        assert ZoneInfo.no_cache("Europe/Berlin").utcoffset(datetime(2026, 7, 1)) == timedelta(hours=2)
    finally:
        zoneinfo.reset_tzpath()


def test_the_days_of_a_filter_begin_in_its_zone() -> None:
    text = "after:2026-10-25 before:2026-10-26"
    for zone in (UTC, zone_of("Europe/Berlin"), timezone(timedelta(hours=-3))):
        sought = build_list_query(parse(text, zone=zone), BOB)
        assert sought.since == datetime(2026, 10, 25, tzinfo=zone)
        assert sought.until == datetime(2026, 10, 26, tzinfo=zone)
        assert millis(sought.until) - millis(sought.since) in {DAY_MS, DAY_MS + 3_600_000}


@pytest.mark.parametrize("name", ["No/Where", "../etc/passwd", "\0", ""])
def test_a_stored_zone_that_there_is_not_is_utc(name: str) -> None:
    """Another machine or release wrote it; nobody can be asked for another."""
    assert zone_or_utc(name) is UTC
