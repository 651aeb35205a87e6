"""The hours in which a desk is open, by the clocks of its time zone: targets count these alone. No clock, no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault

_DAY = timedelta(days=1)
_NONE = timedelta()
# What is not due within so many days is as good as not promised.
HORIZON_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of a day in minutes since midnight, as the clocks show them: from `start` until before `end`."""

    start: int
    end: int


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# One entry a day of the week, Monday first.
Week = tuple[tuple[Shift, ...], ...]


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The open hours of each day of the week, in a zone, without the holidays; without a `week` it is always open."""

    week: Week = ()
    zone: tzinfo = UTC
    holidays: frozenset[date] = field(default_factory=frozenset)

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Return when so much open time has passed; a moment some ten years on where that takes longer."""
        if not any(self.week):
            return start + span
        rest, reached = span, start
        for begin, end in self._spans(start, HORIZON_DAYS):
            reached = end
            if end - begin >= rest:
                return begin + rest
            rest -= end - begin
        return reached

    def count(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of the time between two moments is open."""
        if not any(self.week):
            return max(end - start, _NONE)
        found = _NONE
        for begin, close in self._spans(start, (end - start).days + 2):
            found += max(min(close, end) - begin, _NONE)
        return found

    def _spans(self, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans behind a moment in order, in UTC; none overlaps another."""
        first, reached = start.astimezone(self.zone).date(), start.astimezone(UTC)
        for number in range(-1, days):
            day = first + number * _DAY
            if day in self.holidays:
                continue
            for shift in self.week[day.weekday()]:
                begin = max(moment_of(day, shift.start, self.zone), reached)
                end = moment_of(day, shift.end, self.zone)
                if begin < end:
                    yield begin, end
                    reached = end


ALWAYS_OPEN = BusinessHours()


def moment_of(day: date, minute: int, zone: tzinfo) -> datetime:
    """Return when the clocks first show a minute of a day, or the first later one where they leave it out; in UTC."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    found, other = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if found <= other:
        return found
    # The clocks leave it out: both are readings of one that is never shown, before and behind the change.
    while found - other > timedelta(seconds=1):
        middle = other + (found - other) // 2
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            found = middle
        else:
            other = middle
    return found.replace(microsecond=0)


def parse_shift(text: str) -> Shift:
    """Return the shift that a text such as `09:00-17:30` says; raises `ValueFault`."""
    start, _, end = text.partition("-")
    shift = Shift(_minutes(start), _minutes(end))
    if shift.start >= shift.end:
        raise ValueFault(f"{text} does not end behind its start", FaultKind.SHIFT_ORDER, value=text)
    return shift


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    found = int(hours) * 60 + int(minutes)
    if not 0 <= found <= 24 * 60 or int(minutes) > 59:
        raise ValueFault(f"{text} is no time of day", FaultKind.TIME_OF_DAY, value=text)
    return found
