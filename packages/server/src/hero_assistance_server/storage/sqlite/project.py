"""What an admin sets for the whole project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import apsw

from hero_assistance_sdk.wire import Priority
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.tickets.ticket_update import Targets


def value(connection: apsw.Connection, name: str, default: Any) -> Any:
    """The setting's JSON value, or the default while nobody has set it."""
    found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).get
    return default if found is None else json.loads(found)


def save(connection: apsw.Connection, name: str, chosen: Any) -> None:
    """Set one."""
    connection.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json_text(chosen)),
    )


def project(connection: apsw.Connection) -> ProjectSettings:
    """The settings, each as it was set or as it is by default."""
    known = {field.name for field in fields(ProjectSettings)}
    rows = connection.execute("SELECT name, value FROM settings")
    return ProjectSettings(**{name: json.loads(chosen) for name, chosen in rows if name in known})


def save_project(connection: apsw.Connection, before: ProjectSettings, after: ProjectSettings) -> None:
    """Write what differs; a default that a later release changes stays one."""
    for field in fields(ProjectSettings):
        chosen = getattr(after, field.name)
        if chosen != getattr(before, field.name):
            save(connection, field.name, chosen)


def targets(connection: apsw.Connection) -> Targets:
    """How soon the first answer is promised."""
    minutes: Mapping[str, int] = value(connection, "first_response_minutes", {})
    return {Priority(name): timedelta(minutes=count) for name, count in minutes.items()}


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """What a project takes: bytes of one attachment, and how many of them at once."""

    size: int
    count: int


def attachment_limits(connection: apsw.Connection) -> AttachmentLimits:
    """The limits of attachments that hold now."""
    chosen = project(connection)
    return AttachmentLimits(chosen.attachment_bytes, chosen.attachments_per_message)


def event_retention(connection: apsw.Connection) -> timedelta:
    """How long events are kept at least."""
    return timedelta(days=project(connection).event_retention_days)


def backups(connection: apsw.Connection) -> tuple[int, int]:
    """Hours between two backups, 0 for none, and how many are kept."""
    chosen = project(connection)
    return chosen.backup_hours, chosen.backups_kept
