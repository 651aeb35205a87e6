"""Message-IDs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import MessageId, TicketId
from hero_assistance_server.mail.id_repository import MailReference
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis


@dataclass(frozen=True, slots=True)
class SqlMailIds:
    """Implements `MailIdRepository`; no row of its table ever waits."""

    session: StorageSession

    def add(
        self,
        mail_id: str,
        ticket_id: TicketId,
        message_id: MessageId | None,
        now: datetime,
        *,
        has_note: bool = False,
    ) -> None:
        """Insert a row; its ticket may wait."""
        self.session.with_tickets.execute(
            """INSERT INTO mail_message_ids (mail_id, ticket_id, message_id, added_at, has_note)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (mail_id) DO NOTHING""",
            (mail_id, ticket_id, message_id, millis(now), int(has_note)),
        )

    def find(self, mail_id: str) -> MailReference | None:
        """Read one row."""
        row = self.session.direct.execute(
            "SELECT ticket_id, message_id, has_note FROM mail_message_ids WHERE mail_id = ?", (mail_id,)
        ).fetchone()
        if row is None:
            return None
        found, message_id, has_note = row
        return MailReference(found, message_id, None if has_note is None else bool(has_note))

    def keep_title(self, ticket_id: TicketId, title: str) -> str:
        """Insert a row at the first mail, and read it; its ticket may wait."""
        connection = self.session.with_tickets
        connection.execute("INSERT INTO mail_titles VALUES (?, ?) ON CONFLICT DO NOTHING", (ticket_id, title))
        return str(connection.execute("SELECT title FROM mail_titles WHERE ticket_id = ?", (ticket_id,)).get)

    def list_last(self, ticket_id: TicketId, limit: int) -> list[str]:
        """Read the last rows of a ticket."""
        rows = self.session.direct.execute(
            "SELECT mail_id FROM mail_message_ids WHERE ticket_id = ? ORDER BY added_at DESC, mail_id DESC LIMIT ?",
            (ticket_id, limit),
        )
        return [mail_id for (mail_id,) in rows][::-1]
