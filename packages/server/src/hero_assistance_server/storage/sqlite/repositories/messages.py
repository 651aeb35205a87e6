"""Messages in SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageId, MessageKind, TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.repository import BEHIND_ALL, ThreadPlace
from hero_assistance_server.storage.sqlite.repositories import attachments
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.tickets.merge_split import Entry
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis, time_of

_FROM = """SELECT message_id, ticket_id, kind, author, users.name, body, messages.created_at, edited_at, attachments
    FROM messages JOIN users ON users.user_id = messages.author"""


@dataclass(frozen=True, slots=True)
class SqliteMessages:
    """Implements `MessageRepository`; no row of its table ever waits, and each refers to a ticket, which may."""

    session: Session

    def find(self, message_id: MessageId) -> Message | None:
        row = self.session.direct.execute(f"{_FROM} WHERE message_id = ?", (message_id,)).fetchone()
        return _to_message(row) if row else None

    def next_id(self) -> MessageId:
        return next_id(self.session.direct)

    def iterate_after(self, ticket_id: TicketId, seen: MessageId, *, notes: bool) -> Iterator[Message]:
        rows = self.session.direct.execute(
            f"{_FROM} WHERE ticket_id = ? AND message_id > ?{_only_replies(notes)} ORDER BY message_id",
            (ticket_id, seen),
        )
        return map(_to_message, rows)

    def iterate_newest(
        self, ticket_id: TicketId, *, notes: bool, before: ThreadPlace = BEHIND_ALL
    ) -> Iterator[Message]:
        return iterate_newest(self.session.direct, ticket_id, notes=notes, before=before)

    def list_entries(self, ticket_id: TicketId) -> list[Entry]:
        rows = self.session.direct.execute(
            "SELECT message_id, kind FROM messages WHERE ticket_id = ? ORDER BY message_id", (ticket_id,)
        )
        return [Entry(MessageId(message_id), MessageKind(kind)) for message_id, kind in rows]

    def save(self, message: Message) -> None:
        """Write a new message, or another text of one."""
        save(self.session.with_tickets, message)

    def move(self, moved: Sequence[MessageId], ticket_id: TicketId) -> None:
        """Make messages belong to another ticket."""
        self.session.with_tickets.executemany(
            "UPDATE messages SET ticket_id = ? WHERE message_id = ?", [(ticket_id, message_id) for message_id in moved]
        )


def next_id(connection: apsw.Connection) -> MessageId:
    """Return the id of the next message."""
    return MessageId(connection.execute("SELECT coalesce(max(message_id), 0) + 1 FROM messages").get)


def iterate_newest(
    connection: apsw.Connection, ticket_id: TicketId, *, notes: bool, before: ThreadPlace = BEHIND_ALL
) -> Iterator[Message]:
    """Yield a ticket's messages before a place, from the last to the first, each read when it is asked for."""
    rows = connection.execute(
        f"{_FROM} WHERE ticket_id = ? AND message_id < ?{_only_replies(notes)} ORDER BY message_id DESC",
        (ticket_id, before.message_id),
    )
    return map(_to_message, rows)


def save(connection: apsw.Connection, message: Message) -> None:
    """Write a new message, or another text of one."""
    connection.execute(
        """INSERT INTO messages (message_id, ticket_id, kind, author, body, created_at, edited_at, attachments)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (message_id) DO UPDATE SET body = excluded.body, edited_at = excluded.edited_at""",
        (
            message.message_id,
            message.ticket_id,
            message.kind.value,
            message.author,
            message.body,
            millis(message.created_at),
            maybe_millis(message.edited_at),
            attachments.as_json(message.attachments),
        ),
    )


def _only_replies(notes: bool) -> str:
    return "" if notes else " AND kind = 'reply'"


def _to_message(row: tuple[Any, ...]) -> Message:
    message_id, ticket_id, kind, author, author_name, body, created_at, edited_at, attached = row
    return Message(
        message_id,
        ticket_id,
        MessageKind(kind),
        author,
        author_name,
        body,
        time_of(created_at),
        maybe_time(edited_at),
        attachments.of_json(attached),
    )
