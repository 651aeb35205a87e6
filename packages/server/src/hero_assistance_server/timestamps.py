"""Times as the database and the wire have them: whole milliseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from hero_assistance_sdk import wire

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


# The time of a command is asked for a dozen times.
@lru_cache(64)
def millis(time: datetime) -> wire.Millis:
    """Whole milliseconds since 1970."""
    return wire.Millis((time - _EPOCH) // _MILLISECOND)


def maybe_millis(time: datetime | None) -> wire.Millis | None:
    """`millis`, or `None` for no time."""
    return None if time is None else millis(time)


def time_of(value: int) -> datetime:
    """The time that `millis` made `value` of."""
    return _EPOCH + value * _MILLISECOND


def maybe_time(value: int | None) -> datetime | None:
    """`time_of`, or `None` for no time."""
    return None if value is None else time_of(value)
