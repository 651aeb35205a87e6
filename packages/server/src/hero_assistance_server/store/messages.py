"""Rows of messages."""

from __future__ import annotations

from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageId, MessageKind, TicketId
from hero_assistance_server.core.model import Message
from hero_assistance_server.core.views import millis, time_of

_FROM = """SELECT message_id, ticket_id, kind, author, users.name, body, messages.created_at
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


def add(connection: apsw.Connection, message: Message) -> None:
    """Write a new message."""
    connection.execute(
        """INSERT INTO messages (message_id, ticket_id, kind, author, body, created_at)
        VALUES (?, ?, ?, ?, ?, ?)""",
        (
            message.message_id,
            message.ticket_id,
            message.kind.value,
            message.author,
            message.body,
            millis(message.created_at),
        ),
    )


def _message(row: tuple[Any, ...]) -> Message:
    message_id, ticket_id, kind, author, author_name, body, created_at = row
    return Message(message_id, ticket_id, MessageKind(kind), author, author_name, body, time_of(created_at))
