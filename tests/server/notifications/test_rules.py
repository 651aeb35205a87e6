"""When a letter may go out, by the quiet hours of its reader: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.notifications.rules import BATCH_FOR, due_at

pytestmark = pytest.mark.pure

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    """A time of 23 November 2026 in Berlin, or of the day before with `-`."""
    day = 22 if text.startswith("-") else 24 if text.startswith("+") else 23
    hour, minute = map(int, text.strip("+-").split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("quiet", "now", "due"),
    [
        ((None, None), "13:00", None),
        (("12:00", "14:00"), "11:00", None),
        (("12:00", "14:00"), "12:30", "14:00"),
        (("12:00", "14:00"), "14:30", None),
        (("22:00", "07:00"), "21:00", None),
        (("22:00", "07:00"), "23:00", "+07:00"),
        (("22:00", "07:00"), "03:00", "07:00"),
        (("22:00", "07:00"), "08:00", None),
    ],
)
def test_a_letter_waits_for_the_end_of_quiet_hours(
    quiet: tuple[str | None, str | None], now: str, due: str | None
) -> None:
    """Within one day as well as over midnight; outside of them it waits only for what joins it."""
    settings = NotificationSettings(quiet_from=quiet[0], quiet_until=quiet[1])
    asked = at(now).astimezone(UTC)
    assert due_at(asked, settings, BERLIN) == (at(due) if due else asked + BATCH_FOR)
