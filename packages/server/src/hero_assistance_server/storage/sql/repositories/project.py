"""The settings of the project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from hero_assistance_sdk.wire import Priority
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.search.filters import day_of
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.tickets.business_hours import ALWAYS_OPEN, WEEKDAYS, BusinessHours, Shift, parse_shift
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets, TargetsInHours
from hero_assistance_server.time_zones import zone_or_utc


@dataclass(frozen=True, slots=True)
class SqlProject:
    """Implements `ProjectRepository`; no row of its table ever waits."""

    session: StorageSession

    def read(self) -> ProjectSettings:
        """Read the settings that have a row; the others have their defaults."""
        known = {field.name for field in fields(ProjectSettings)}
        rows = self.session.direct.execute("SELECT name, value FROM settings")
        return ProjectSettings(**{name: json.loads(chosen) for name, chosen in rows if name in known})

    def targets(self) -> Targets:
        """Read how soon the first answer is promised; in a unit of work, from its batch."""
        # A unit of work reads them once for a run of new tickets.
        batch = self.session.batch
        return ticket_settings(self.session.direct).targets if batch is None else batch.tickets.response_targets()

    def sharing(self) -> Sharing:
        """Read what customers are shown of the team's work; in a unit of work, from its batch."""
        batch = self.session.batch
        return ticket_settings(self.session.direct).sharing if batch is None else batch.tickets.sharing()

    def save_changes(self, before: ProjectSettings, after: ProjectSettings) -> None:
        """Insert or update the row of each setting that differs."""
        # New tickets that wait got the targets of before; once they are written, the batch reads the new ones.
        connection = self.session.with_tickets
        for field in fields(ProjectSettings):
            chosen = getattr(after, field.name)
            if chosen != getattr(before, field.name):
                connection.execute(
                    """INSERT INTO settings (name, value) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
                    (field.name, json_text(chosen)),
                )
        self.session.pending.tickets.forget_settings()


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """What every change of a ticket asks of the settings."""

    targets: Targets
    sharing: Sharing


# In one statement: each waits for the interpreter's lock.
TICKET_SETTINGS = """SELECT name, value FROM settings WHERE name IN
    ('first_response_minutes', 'open_hours', 'time_zone', 'holidays', 'share_tags', 'share_assignee')"""


def ticket_settings(connection: Connection) -> TicketSettings:
    """Read what every change of a ticket asks for; `SettingsCache` keeps it."""
    return decode_ticket_settings(connection.execute(TICKET_SETTINGS))


def decode_ticket_settings(rows: Iterable[Any]) -> TicketSettings:
    """Return the settings of the rows of `TICKET_SETTINGS`."""
    found = {str(name): json.loads(value) for name, value in rows}
    sharing = Sharing(bool(found.get("share_tags", False)), bool(found.get("share_assignee", False)))
    return TicketSettings(_targets(found), sharing)


def _targets(found: Mapping[str, Any]) -> Targets:
    minutes: Mapping[str, int] = found.get("first_response_minutes", {})
    promised = {Priority(name): timedelta(minutes=count) for name, count in minutes.items()}
    hours = _hours(found) if promised else ALWAYS_OPEN
    return promised if hours is ALWAYS_OPEN else TargetsInHours(promised, hours)


def _hours(found: Mapping[str, Any]) -> BusinessHours:
    if not any(found.get("open_hours", {}).values()):
        return ALWAYS_OPEN
    week = tuple(tuple(sorted(map(parse_shift, found["open_hours"].get(day, [])), key=_start)) for day in WEEKDAYS)
    return BusinessHours(week, zone_or_utc(found.get("time_zone")), frozenset(map(day_of, found.get("holidays", []))))


def _start(shift: Shift) -> int:
    return shift.start
