"""Notifications."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.notifications.model import (
    NoteworthyEntry,
    NotificationSettings,
    PendingNotification,
    Reason,
)
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import maybe_time, millis, time_of

_JOB = "notifications"
# Most entries are of no interest: they are left out here, without a step to Python for each.
_NOTEWORTHY = """
    SELECT audit_id, actor, action, audit.ticket_id, message_id, detail FROM audit
    WHERE audit_id > :after AND audit.ticket_id IS NOT NULL AND (
        action = 'message.replied'
        OR (action IN ('message.noted', 'message.edited') AND json_extract(detail, '$.mentioned') IS NOT NULL)
        OR (action = 'ticket.updated' AND json_extract(detail, '$.assignee') <> '')
        OR (action = 'ticket.created' AND (:new_tickets = 1 OR actor IS DISTINCT FROM
            (SELECT customer FROM tickets WHERE tickets.ticket_id = audit.ticket_id))))
    ORDER BY audit_id LIMIT :limit"""
_ADD = """INSERT INTO pending_notifications (user_id, ticket_id, reason, actor, message_id, due_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM users WHERE user_id = ?1)
    AND EXISTS (SELECT 1 FROM tickets WHERE ticket_id = ?2)
    AND (?4/*!::text*/ IS NULL OR EXISTS (SELECT 1 FROM users WHERE user_id = ?4))
    AND (?5/*!::bigint*/ IS NULL OR EXISTS (SELECT 1 FROM messages WHERE message_id = ?5))"""
_COLUMNS = "notification_id, user_id, ticket_id, reason, actor, message_id, due_at"


@dataclass(frozen=True, slots=True)
class SqlNotifications:
    """Implements `NotificationRepository`; no row of its tables ever waits, those of the audit trail do."""

    session: StorageSession

    def position(self) -> int:
        """Read how far the job is."""
        return int(self.session.direct.execute("SELECT position FROM job_positions WHERE job = ?", (_JOB,)).get or 0)

    def set_position(self, audit_id: int) -> None:
        """Write how far the job is."""
        self.session.direct.execute(
            "INSERT INTO job_positions VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET position = excluded.position",
            (_JOB, audit_id),
        )

    def list_noteworthy(self, after: int, limit: int, *, new_tickets: bool) -> tuple[list[NoteworthyEntry], int]:
        """Walk the audit trail from one entry on."""
        connection = self.session.complete
        rows = connection.execute(_NOTEWORTHY, {"after": after, "new_tickets": new_tickets, "limit": limit})
        found = [_to_entry(*row) for row in rows]
        last = connection.execute("SELECT max(audit_id) FROM audit").get
        return found, found[-1].audit_id if len(found) == limit else max(after, last or 0)

    def add(self, pending: Sequence[PendingNotification]) -> None:
        """Insert rows; not of users, tickets and messages that were erased since it was decided."""
        for one in pending:
            self.session.with_tickets.execute(
                _ADD, (one.user_id, one.ticket_id, one.reason.value, one.actor, one.message_id, millis(one.due_at))
            )

    def next_due(self) -> datetime | None:
        """Read the first row of the index of what is due."""
        return maybe_time(self.session.direct.execute("SELECT min(due_at) FROM pending_notifications").get)

    def list_due(self, now: datetime, limit: int) -> list[tuple[UserId, TicketId]]:
        """Read the first rows of the index of what is due; each pair once."""
        rows = self.session.direct.execute(
            "SELECT user_id, ticket_id FROM pending_notifications WHERE due_at <= ? ORDER BY due_at LIMIT ?",
            (millis(now), limit),
        )
        return list(dict.fromkeys((UserId(user_id), TicketId(ticket_id)) for user_id, ticket_id in rows))

    def take(self, user_id: UserId, ticket_id: TicketId) -> list[PendingNotification]:
        """Delete and return the rows of a user and a ticket."""
        rows = self.session.direct.execute(
            f"DELETE FROM pending_notifications WHERE user_id = ? AND ticket_id = ? RETURNING {_COLUMNS}",  # noqa: S608
            (user_id, ticket_id),
        )
        found = [
            PendingNotification(
                user_id=UserId(user),
                ticket_id=ticket,
                reason=Reason(reason),
                actor=actor,
                message_id=message_id,
                due_at=time_of(due_at),
                notification_id=notification_id,
            )
            for notification_id, user, ticket, reason, actor, message_id, due_at in rows
        ]
        return sorted(found, key=lambda one: one.notification_id)

    def settings_of(self, user_id: UserId) -> NotificationSettings:
        """Read the row of a user."""
        text = self.session.direct.execute(
            "SELECT settings FROM notification_settings WHERE user_id = ?", (user_id,)
        ).get
        return NotificationSettings() if text is None else _to_settings(text)

    def save_settings(self, user_id: UserId, settings: NotificationSettings) -> None:
        """Insert or update the row of a user."""
        self.session.direct.execute(
            """INSERT INTO notification_settings VALUES (?, ?)
            ON CONFLICT (user_id) DO UPDATE SET settings = excluded.settings""",
            (user_id, json_text(asdict(settings))),
        )

    def list_subscribers(self) -> dict[UserId, NotificationSettings]:
        """Read the rows of those who want to know of new tickets: agents alone can set it."""
        rows = self.session.direct.execute(
            """SELECT user_id, settings FROM notification_settings
            WHERE json_extract(settings, '$.new_tickets')/*! = 'true'*/"""
        )
        return {UserId(user_id): _to_settings(text) for user_id, text in rows}

    def is_muted(self, user_id: UserId, ticket_id: TicketId) -> bool:
        """Look for a row."""
        return bool(
            self.session.direct.execute(
                "SELECT count(*) FROM muted_tickets WHERE user_id = ? AND ticket_id = ?", (user_id, ticket_id)
            ).get
        )

    def mute(self, user_id: UserId, ticket_id: TicketId, *, muted: bool) -> bool:
        """Insert or delete a row."""
        connection = self.session.with_tickets
        if muted:
            connection.execute("INSERT INTO muted_tickets VALUES (?, ?) ON CONFLICT DO NOTHING", (user_id, ticket_id))
        else:
            connection.execute("DELETE FROM muted_tickets WHERE user_id = ? AND ticket_id = ?", (user_id, ticket_id))
        return connection.changes() > 0


def _to_entry(audit_id: int, actor: UserId | None, action: str, *about: Any) -> NoteworthyEntry:
    ticket_id, message_id, detail = about
    return NoteworthyEntry(audit_id, actor, action, ticket_id, message_id, json.loads(detail))


def _to_settings(text: str) -> NotificationSettings:
    """Return the settings of a row; what an earlier release did not know has its default."""
    known = {field.name for field in fields(NotificationSettings)}
    values = {name: value for name, value in json.loads(text).items() if name in known}
    return NotificationSettings(**values | {"new_ticket_tags": tuple(values.get("new_ticket_tags", ()))})
