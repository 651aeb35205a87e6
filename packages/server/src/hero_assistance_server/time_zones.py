"""Time zones by their names in the IANA database: that of the machine, else the one that comes with the server."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.timestamps import millis, time_of

_log = get_log("time-zones")

# The longest name has 32 characters.
NAME_LIMIT = 64
DAY_MS = 86_400_000
# The next and the last days have no midnight in every zone.
_FIRST, _LAST = date(1, 1, 3), date(9999, 12, 29)
_LAST_MOMENT = millis(datetime.combine(_LAST, time.min, UTC))
_LAST_NUMBER = _LAST_MOMENT // DAY_MS


class HasZone(Protocol):
    """A user, as far as time zones go."""

    @property
    def time_zone(self) -> str | None:
        """The zone that the user has chosen, `None` for none."""
        ...


@lru_cache(1024)
def zone_of(name: str) -> tzinfo:
    """Return a zone by its name, such as `Europe/Berlin`; raises `ValueFault` with the nearest name."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    # A name may be that of a folder, or no file name at all.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, _names(), n=1)
        words = f"there is no time zone {name}{f'; did you mean {near[0]}?' if near else ''}"
        raise ValueFault(words, FaultKind.TIME_ZONE, value=name, meant="".join(near)) from None


@lru_cache(1024)
def zone_or_utc(name: str | None) -> tzinfo:
    """Return a zone by its name, and UTC without one, and for one that this machine does not know.

    What is stored was checked when it was written, and by another machine or release.
    """
    if name is None:
        return UTC
    try:
        return zone_of(name)
    except ValueError as error:
        _log.warning("time-zones.unknown", zone=name, error=error)
        return UTC


def zone_for(name: str | None, user: HasZone) -> tzinfo:
    """Return the zone that a call names, else the caller's own, else UTC."""
    return zone_or_utc(name or user.time_zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins in a zone, in UTC; days at the ends of the calendar begin as in UTC."""
    if not _FIRST <= day <= _LAST:
        return datetime.combine(day, time.min, UTC)
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def offset_at(moment: int, zone: tzinfo) -> int:
    """Return by how many milliseconds the zone's clocks are ahead of UTC."""
    offset = time_of(min(moment, _LAST_MOMENT)).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(milliseconds=1)


def day_number(moment: int, zone: tzinfo) -> int:
    """Return the day that it is in a zone, in days since 1970."""
    return (moment + offset_at(moment, zone)) // DAY_MS


def start_of_day(number: int, zone: tzinfo) -> Millis | None:
    """Return when a day begins; `None` for one that a zone left out when it crossed the date line."""
    if number >= _LAST_NUMBER:
        return Millis(number * DAY_MS - offset_at(_LAST_MOMENT, zone))
    start = millis(midnight(date(1970, 1, 1) + timedelta(days=number), zone))
    return start if day_number(start, zone) == number else None


def offsets_within(start: int, end: int, zone: tzinfo) -> list[tuple[int, int]]:
    """Return each offset that is in force between two moments, with the moment from which on it is."""
    found = [(start, offset_at(start, zone))]
    while (at := found[-1][0]) < end:
        change = _next_change(at, end, found[-1][1], zone)
        if change is None:
            break
        found.append((change, offset_at(change, zone)))
    return found


def _next_change(start: int, end: int, offset: int, zone: tzinfo) -> int | None:
    """Return when the offset becomes another, at a day's precision first; `None` when it stays until the end."""
    before: int = start
    after: int
    for after in (*range(start + DAY_MS, end, DAY_MS), end):
        if offset_at(after, zone) != offset:
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if offset_at(middle, zone) == offset else (before, middle)
            return after
        before = after
    return None


@lru_cache(1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
