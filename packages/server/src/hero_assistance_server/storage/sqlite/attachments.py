"""Rows of attachments: what was uploaded by whom, and where it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import AttachmentId, MessageId, MessageKind, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.timestamps import millis

_FIELDS = tuple(field.name for field in fields(Attachment))
_COLUMNS = ", ".join(_FIELDS)


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment with what is not shown of it: the file that has its bytes, who uploaded it, whether it is used."""

    attachment: Attachment
    sha256: str
    uploader: UserId
    used: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A place that shows an attachment: a ticket's own text (`kind` is `None`) or one of its messages."""

    ticket_id: TicketId
    kind: MessageKind | None


def next_id(connection: apsw.Connection) -> AttachmentId:
    """The id of the next attachment, never one of another before it; only the writer may ask."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'attachments'").get
    return AttachmentId((last or 0) + 1)


def add(connection: apsw.Connection, attachment: Attachment, sha256: str, uploader: UserId, now: datetime) -> None:
    """Write an upload that nothing uses yet."""
    connection.execute(
        f"INSERT INTO attachments ({_COLUMNS}, sha256, uploader, uploaded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (*(getattr(attachment, name) for name in _FIELDS), sha256, uploader, millis(now)),
    )


def find(connection: apsw.Connection, attachment_id: AttachmentId) -> Stored | None:
    """One attachment, or `None`."""
    query = f"SELECT sha256, uploader, used, {_COLUMNS} FROM attachments WHERE attachment_id = ?"  # noqa: S608
    row = connection.execute(query, (attachment_id,)).fetchone()
    return Stored(Attachment(*row[3:]), row[0], row[1], bool(row[2])) if row else None


def uses(connection: apsw.Connection, attachment_id: AttachmentId) -> list[Use]:
    """Where it is shown; a message that was moved is where it is now."""
    rows = connection.execute(
        """SELECT coalesce(messages.ticket_id, attachment_uses.ticket_id), kind FROM attachment_uses
        LEFT JOIN messages ON messages.message_id = attachment_uses.message_id WHERE attachment_id = ?""",
        (attachment_id,),
    )
    return [Use(ticket_id, MessageKind(kind) if kind else None) for ticket_id, kind in rows]


def use(
    connection: apsw.Connection,
    attachments: Iterable[Attachment],
    *,
    ticket_id: TicketId | None = None,
    message_id: MessageId | None = None,
) -> None:
    """Show them on a ticket or a message; an edited message, which has them already, is left as it is."""
    for attachment in attachments:
        connection.execute(
            """INSERT INTO attachment_uses (attachment_id, ticket_id, message_id) SELECT ?1, ?2, ?3 WHERE NOT EXISTS
            (SELECT 1 FROM attachment_uses WHERE attachment_id = ?1 AND ticket_id IS ?2 AND message_id IS ?3)""",
            (attachment.attachment_id, ticket_id, message_id),
        )
        connection.execute("UPDATE attachments SET used = 1 WHERE attachment_id = ?", (attachment.attachment_id,))


def waiting(connection: apsw.Connection, uploader: UserId) -> list[Attachment]:
    """Somebody's uploads that nothing uses yet, in the order they came."""
    query = f"SELECT {_COLUMNS} FROM attachments WHERE uploader = ? AND used = 0 ORDER BY attachment_id"  # noqa: S608
    return [Attachment(*row) for row in connection.execute(query, (uploader,))]


def forget(connection: apsw.Connection, attachment_id: AttachmentId) -> None:
    """Delete an upload that nothing uses."""
    connection.execute("DELETE FROM attachments WHERE attachment_id = ? AND used = 0", (attachment_id,))


def forget_unused(connection: apsw.Connection, before: datetime, limit: int) -> list[str]:
    """Delete uploads that nothing has used since `before`, the oldest first; returns the files they had."""
    rows = connection.execute(
        """DELETE FROM attachments WHERE attachment_id IN (SELECT attachment_id FROM attachments
        WHERE used = 0 AND uploaded_at < ? ORDER BY uploaded_at LIMIT ?) RETURNING sha256""",
        (millis(before), limit),
    )
    return [sha256 for (sha256,) in rows]


def without_row(connection: apsw.Connection, digests: Iterable[str]) -> list[str]:
    """Those of the files that no attachment has."""
    found = connection.execute(
        "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM attachments WHERE sha256 = value)",
        (json_text(list(digests)),),
    )
    return [digest for (digest,) in found]


def as_json(attachments: Sequence[Attachment]) -> str:
    """What a row keeps of its attachments."""
    values = [[getattr(one, name) for name in _FIELDS] for one in attachments]
    return json_text(values) if values else "[]"


def of_json(text: str) -> tuple[Attachment, ...]:
    """The attachments of a row."""
    # Nearly every row has none, and a list is made of many rows.
    return () if text == "[]" else tuple(Attachment(*values) for values in json.loads(text))
