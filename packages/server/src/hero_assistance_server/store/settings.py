"""What an admin sets for the whole project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import apsw

from hero_assistance_sdk.wire import Priority
from hero_assistance_server.core.fields import Targets

# Minutes until the first answer is due, by priority.
FIRST_RESPONSE_MINUTES = "first_response_minutes"
# How large one attachment may be, and how many a message, or a ticket's text, may have.
ATTACHMENT_BYTES = "attachment_bytes"
ATTACHMENT_BYTES_DEFAULT = 10 * 1024 * 1024
ATTACHMENTS_PER_MESSAGE = "attachments_per_message"
ATTACHMENTS_PER_MESSAGE_DEFAULT = 10
# How long events can be replayed.
EVENT_RETENTION_DAYS = "event_retention_days"
EVENT_RETENTION_DEFAULT = 30
# Hours between two backups (0: none are made), and how many are kept.
BACKUP_HOURS = "backup_hours"
BACKUP_HOURS_DEFAULT = 24
BACKUPS_KEPT = "backups_kept"
BACKUPS_KEPT_DEFAULT = 7


def value(connection: apsw.Connection, name: str, default: Any) -> Any:
    """The setting's JSON value, or the default while nobody has set it."""
    found = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).get
    return default if found is None else json.loads(found)


def save(connection: apsw.Connection, name: str, chosen: Any) -> None:
    """Set one."""
    connection.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json.dumps(chosen, ensure_ascii=False)),
    )


def targets(connection: apsw.Connection) -> Targets:
    """How soon the first answer is promised."""
    minutes: Mapping[str, int] = value(connection, FIRST_RESPONSE_MINUTES, {})
    return {Priority(name): timedelta(minutes=count) for name, count in minutes.items()}


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """What a project takes: bytes of one attachment, and how many of them at once."""

    size: int
    count: int


def attachment_limits(connection: apsw.Connection) -> AttachmentLimits:
    """The limits of attachments that hold now."""
    return AttachmentLimits(
        value(connection, ATTACHMENT_BYTES, ATTACHMENT_BYTES_DEFAULT),
        value(connection, ATTACHMENTS_PER_MESSAGE, ATTACHMENTS_PER_MESSAGE_DEFAULT),
    )


def event_retention(connection: apsw.Connection) -> timedelta:
    """How long events are kept at least."""
    return timedelta(days=value(connection, EVENT_RETENTION_DAYS, EVENT_RETENTION_DEFAULT))


def backups(connection: apsw.Connection) -> tuple[int, int]:
    """Hours between two backups, 0 for none, and how many are kept."""
    hours = value(connection, BACKUP_HOURS, BACKUP_HOURS_DEFAULT)
    return int(hours), max(1, int(value(connection, BACKUPS_KEPT, BACKUPS_KEPT_DEFAULT)))
