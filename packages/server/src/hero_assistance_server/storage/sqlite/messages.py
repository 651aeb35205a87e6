"""Rows of messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageId, MessageKind, TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.storage.sqlite import attachments
from hero_assistance_server.tickets.merge_split import Entry
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis, time_of

_FROM = """SELECT message_id, ticket_id, kind, author, users.name, body, messages.created_at, edited_at, attachments
    FROM messages JOIN users ON users.user_id = messages.author"""


def next_id(connection: apsw.Connection) -> MessageId:
    """The id of the next message; only the writer may ask."""
    return MessageId(connection.execute("SELECT coalesce(max(message_id), 0) + 1 FROM messages").get)


def find(connection: apsw.Connection, message_id: MessageId) -> Message | None:
    """One message, or `None`."""
    row = connection.execute(f"{_FROM} WHERE message_id = ?", (message_id,)).fetchone()
    return _message(row) if row else None


def of_ticket(connection: apsw.Connection, ticket_id: TicketId, *, notes: bool) -> list[Message]:
    """A ticket's messages in order, with the notes or without them."""
    only = "" if notes else " AND kind = 'reply'"
    rows = connection.execute(f"{_FROM} WHERE ticket_id = ?{only} ORDER BY message_id", (ticket_id,))
    return [_message(row) for row in rows]


def after(connection: apsw.Connection, ticket_id: TicketId, seen: MessageId, *, notes: bool) -> list[Message]:
    """A ticket's messages behind `seen`, in order."""
    only = "" if notes else " AND kind = 'reply'"
    rows = connection.execute(
        f"{_FROM} WHERE ticket_id = ? AND message_id > ?{only} ORDER BY message_id", (ticket_id, seen)
    )
    return [_message(row) for row in rows]


def newest(connection: apsw.Connection, ticket_id: TicketId, *, notes: bool) -> Iterator[Message]:
    """A ticket's messages from the last to the first, read as they are asked for."""
    only = "" if notes else " AND kind = 'reply'"
    rows = connection.execute(f"{_FROM} WHERE ticket_id = ?{only} ORDER BY message_id DESC", (ticket_id,))
    return map(_message, rows)


def entries(connection: apsw.Connection, ticket_id: TicketId) -> list[Entry]:
    """Id and kind of every message of a ticket, in order."""
    rows = connection.execute(
        "SELECT message_id, kind FROM messages WHERE ticket_id = ? ORDER BY message_id", (ticket_id,)
    )
    return [Entry(MessageId(message_id), MessageKind(kind)) for message_id, kind in rows]


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


def move(connection: apsw.Connection, moved: Sequence[MessageId], ticket_id: TicketId) -> None:
    """Make messages belong to another ticket."""
    connection.executemany(
        "UPDATE messages SET ticket_id = ? WHERE message_id = ?", [(ticket_id, message_id) for message_id in moved]
    )


def _message(row: tuple[Any, ...]) -> Message:
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
