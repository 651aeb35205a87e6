"""How far each mailbox was read."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.mail.receiving.model import MailboxPosition
from hero_assistance_server.storage.sql.session import StorageSession


@dataclass(frozen=True, slots=True)
class SqlMailboxPositions:
    """Implements `MailboxPositionRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, mailbox: str) -> MailboxPosition | None:
        """Read one position."""
        row = self.session.direct.execute(
            "SELECT uid_validity, last_uid FROM mailbox_positions WHERE mailbox = ?", (mailbox,)
        ).fetchone()
        return MailboxPosition(*row) if row else None

    def save(self, mailbox: str, position: MailboxPosition) -> None:
        """Insert or update one position."""
        self.session.direct.execute(
            """INSERT INTO mailbox_positions (mailbox, uid_validity, last_uid) VALUES (?, ?, ?) ON CONFLICT (mailbox)
            DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid""",
            (mailbox, position.uid_validity, position.last_uid),
        )
