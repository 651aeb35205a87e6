"""Attachments: uploads, and the tickets and messages that show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from hero_assistance_sdk.wire import AttachmentId, MessageId, MessageKind, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment, AttachmentRecord, AttachmentUse
from hero_assistance_server.attachments.repository import BEFORE_ALL
from hero_assistance_server.quotas.rules import StoredBytes
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis

_FIELDS = tuple(field.name for field in fields(Attachment))
_COLUMNS = ", ".join(_FIELDS)


@dataclass(frozen=True, slots=True)
class SqlAttachments:
    """Implements `AttachmentRepository`; no upload ever waits, but the tickets that show it do."""

    session: StorageSession

    def find(self, attachment_id: AttachmentId) -> AttachmentRecord | None:
        """Read one attachment by its id."""
        query = f"SELECT sha256, uploader, used, {_COLUMNS} FROM attachments WHERE attachment_id = ?"  # noqa: S608
        row = self.session.direct.execute(query, (attachment_id,)).fetchone()
        return AttachmentRecord(Attachment(*row[3:]), row[0], row[1], bool(row[2])) if row else None

    def list_uses(self, attachment_id: AttachmentId) -> list[AttachmentUse]:
        """Read an attachment's uses; that of a message counts on the ticket that has the message now."""
        rows = self.session.with_tickets.execute(
            """SELECT coalesce(messages.ticket_id, attachment_uses.ticket_id), kind FROM attachment_uses
            LEFT JOIN messages ON messages.message_id = attachment_uses.message_id WHERE attachment_id = ?""",
            (attachment_id,),
        )
        return [AttachmentUse(ticket_id, MessageKind(kind) if kind else None) for ticket_id, kind in rows]

    def list_unused(self, uploader: UserId, after: AttachmentId = BEFORE_ALL) -> list[Attachment]:
        """Read a user's unused uploads behind an id, by id."""
        query = f"""SELECT {_COLUMNS} FROM attachments WHERE uploader = ? AND used = 0 AND attachment_id > ?
            ORDER BY attachment_id"""  # noqa: S608
        return [Attachment(*row) for row in self.session.direct.execute(query, (uploader, after))]

    def next_id(self) -> AttachmentId:
        """Return the number after the last one that the table ever gave."""
        return AttachmentId(self.session.last_id("attachments") + 1)

    def add(self, attachment: Attachment, sha256: str, uploader: UserId, now: datetime) -> None:
        """Insert an upload; it is unused until `add_use`."""
        self.session.direct.execute(
            f"""INSERT INTO attachments ({_COLUMNS}, sha256, uploader, uploaded_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",  # noqa: S608
            (*(getattr(attachment, name) for name in _FIELDS), sha256, uploader, millis(now)),
        )

    def add_use(
        self,
        attachments: Iterable[Attachment],
        *,
        ticket_id: TicketId | None = None,
        message_id: MessageId | None = None,
    ) -> None:
        """Insert the uses that are not there yet, and mark the attachments as used."""
        use(self.session.with_tickets, attachments, ticket_id=ticket_id, message_id=message_id)

    def delete_unused(self, attachment_id: AttachmentId) -> None:
        """Delete an upload, unless it is used."""
        self.session.direct.execute("DELETE FROM attachments WHERE attachment_id = ? AND used = 0", (attachment_id,))

    def delete_unused_before(self, before: datetime, limit: int) -> list[str]:
        """Delete the oldest unused uploads that no draft has; returns the SHA-256 of each one's file."""
        rows = self.session.direct.execute(
            """DELETE FROM attachments WHERE attachment_id IN (SELECT attachment_id FROM attachments
            WHERE used = 0 AND uploaded_at < ? AND attachment_id NOT IN (SELECT value/*!::bigint*/ FROM drafts,
                json_each(drafts.attachments) WHERE drafts.attachments <> '[]')
            ORDER BY uploaded_at LIMIT ?) RETURNING sha256""",
            (millis(before), limit),
        )
        return [sha256 for (sha256,) in rows]

    def stored_bytes(self, uploader: UserId) -> StoredBytes:
        """Read the two sums, which triggers keep."""
        rows = self.session.direct.execute(
            "SELECT scope, bytes FROM stored_bytes WHERE scope IN (?, 'project')", (own := f"user:{uploader}",)
        )
        found = dict(rows)
        return StoredBytes(found.get(own, 0), found.get("project", 0))

    def list_unnamed_files(self, digests: Iterable[str]) -> list[str]:
        """Return the digests that no row has, by one statement for all of them."""
        found = self.session.direct.execute(
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM attachments WHERE sha256 = value)",
            (json_text(list(digests)),),
        )
        return [digest for (digest,) in found]


def use(
    connection: Connection,
    attachments: Iterable[Attachment],
    *,
    ticket_id: TicketId | None = None,
    message_id: MessageId | None = None,
) -> None:
    """Show attachments on a ticket or a message; the unit of work calls it for every change."""
    for attachment in attachments:
        connection.execute(
            """INSERT INTO attachment_uses (attachment_id, ticket_id, message_id) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
            (SELECT 1 FROM attachment_uses WHERE attachment_id = ?1 AND ticket_id IS NOT DISTINCT FROM ?2
                AND message_id IS NOT DISTINCT FROM ?3)""",
            (attachment.attachment_id, ticket_id, message_id),
        )
        connection.execute("UPDATE attachments SET used = 1 WHERE attachment_id = ?", (attachment.attachment_id,))


def as_json(attachments: Sequence[Attachment]) -> str:
    """Return the JSON text of the attachments of a ticket or message, for its row."""
    values = [[getattr(one, name) for name in _FIELDS] for one in attachments]
    return json_text(values) if values else "[]"
