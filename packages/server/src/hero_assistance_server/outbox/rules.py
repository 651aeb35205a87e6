"""How long a delivery waits between attempts, when it is given up, and how long it is remembered then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hero_assistance_server.outbox.model import DeliveryState

# The pause after each failed attempt. Some three days in all, because a mail server may be away over a weekend; the
# first pauses are short, because most failures are restarts.
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
# How long the other side may ask to be left alone, such as by `Retry-After`: a day without success disables a webhook.
AT_LEAST_LIMIT = timedelta(hours=6)
# No attempt is due later: what is, was put off while the clock was ahead.
LATEST = max(BACK_OFF) + timedelta(hours=1)
# What is urgent, such as a letter by which somebody signs in, goes before what has waited for less than this.
AHEAD_BY = timedelta(days=365)
# Of an error or an answer, lists show the beginning.
NOTE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Bounds:
    """For how long deliveries are stored that are over, and how many of a channel at most."""

    age: timedelta
    count: int


# What was given up holds its contents, so that it can be sent again, and is seen by a person; of the others a line is
# left.
KEPT: Mapping[DeliveryState, Bounds] = {
    DeliveryState.DONE: Bounds(timedelta(days=30), 100_000),
    DeliveryState.DROPPED: Bounds(timedelta(days=30), 100_000),
    DeliveryState.DEAD: Bounds(timedelta(days=90), 10_000),
}


def next_attempt(attempts: int, now: datetime, at_least: timedelta = timedelta()) -> datetime | None:
    """Return when to try again after so many attempts, as the other side asked within reason; `None` to give up."""
    if attempts > len(BACK_OFF):
        return None
    return now + max(BACK_OFF[max(attempts, 1) - 1], min(at_least, AT_LEAST_LIMIT))


def ahead_of_all(now: datetime) -> datetime:
    """Return when something is due that is to go before what waits."""
    return now - AHEAD_BY


def clean_note(text: str) -> str:
    """Return the note as one line of printable characters, not too long: another server wrote it."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= NOTE_LIMIT else f"{line[: NOTE_LIMIT - 1]}…"
