"""How long a delivery waits between attempts, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

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
# Of an error or an answer, lists show the beginning.
NOTE_LIMIT = 500


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after so many attempts; `None` to give up."""
    if attempts > len(BACK_OFF):
        return None
    return now + BACK_OFF[max(attempts, 1) - 1]


def clean_note(text: str) -> str:
    """Return the note as one line of printable characters, not too long: another server wrote it."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= NOTE_LIMIT else f"{line[: NOTE_LIMIT - 1]}…"
