"""Messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import MessageId, MessageKind, TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.repository import BEHIND_ALL, ThreadPlace
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.repositories import attachments
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.texts import EXCERPT_SOURCE
from hero_assistance_server.tickets.json_row import decode_attachments
from hero_assistance_server.tickets.merging.merge_split import Entry
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis, time_of

# In one statement: each waits for the interpreter's lock.
_NEXT_ID = """SELECT 1 + max((SELECT coalesce(max(message_id), 0) FROM messages),
    (SELECT coalesce(max(last_message_id), 0) FROM deleted_tickets))"""
SELECT = """SELECT message_id, ticket_id, kind, author, users.name, body, messages.created_at, edited_at, attachments
    FROM messages JOIN users ON users.user_id = messages.author"""
_ORDER = "ORDER BY messages.created_at, message_id"
NEWEST = "ORDER BY messages.created_at DESC, message_id DESC"
# The time of a message; of one that is gone, that of the one before it.
TIME_OF = "(SELECT created_at FROM messages WHERE message_id <= {message} ORDER BY message_id DESC LIMIT 1)"
_BEHIND = f"(messages.created_at, message_id) > (coalesce({TIME_OF.format(message='?2')}, 0), ?2)"


@dataclass(frozen=True, slots=True)
class SqlMessages:
    """Implements `MessageRepository`; no row of its table ever waits, and each refers to a ticket, which may."""

    session: StorageSession

    def find(self, message_id: MessageId) -> Message | None:
        """Read one message by its id, with its author's name of today."""
        row = self.session.direct.execute(f"{SELECT} WHERE message_id = ?", (message_id,)).fetchone()
        return to_message(row) if row else None

    def next_id(self) -> MessageId:
        """Return the id after the last one that there ever was."""
        return next_id(self.session.direct)

    def iterate_after(self, ticket_id: TicketId, seen: MessageId, *, notes: bool) -> Iterator[Message]:
        """Walk the part of a ticket's thread behind `seen`."""
        query = f"{SELECT} WHERE ticket_id = ?1 AND {_BEHIND}{only_replies(notes)} {_ORDER}"
        rows = self.session.walk(self.session.direct, query, (ticket_id, seen))
        return map(to_message, rows)

    def find_last_seen(self, ticket_id: TicketId, message_id: MessageId, *, notes: bool) -> MessageId:
        """Look for the message on the ticket, and else walk its thread backwards to the first of a smaller id."""
        query = f"SELECT message_id FROM messages WHERE ticket_id = ?{only_replies(notes)} AND message_id"  # noqa: S608
        execute = self.session.direct.execute
        found: int | None = execute(f"{query} = ?", (ticket_id, message_id)).get
        if found is None:
            found = execute(f"{query} <= ? {NEWEST} LIMIT 1", (ticket_id, message_id)).get
        return MessageId(found or 0)

    def last_time(self, ticket_id: TicketId) -> datetime | None:
        """Read the end of the ticket's range in the index."""
        query = "SELECT max(created_at) FROM messages WHERE ticket_id = ?"
        return maybe_time(self.session.direct.execute(query, (ticket_id,)).get)

    def iterate_newest(
        self, ticket_id: TicketId, *, notes: bool, before: ThreadPlace = BEHIND_ALL
    ) -> Iterator[Message]:
        """Walk a ticket's thread backwards; a row is decoded when it is asked for."""
        rows = self.session.walk(self.session.direct, _newest_query(notes=notes), (ticket_id, *before))
        return map(to_message, rows)

    def iterate_newest_of(self, ticket_ids: Sequence[TicketId], *, notes: bool) -> list[Iterator[Message]]:
        """Walk each thread backwards; of one that is not asked for, nothing is read."""
        return [self._begin_newest(ticket_id, notes=notes) for ticket_id in ticket_ids]

    def _begin_newest(self, ticket_id: TicketId, *, notes: bool) -> Iterator[Message]:
        yield from self.iterate_newest(ticket_id, notes=notes)

    def list_entries(self, ticket_id: TicketId) -> list[Entry]:
        """Read what merging needs of a ticket's messages, of their texts the beginnings."""
        rows = self.session.direct.execute(
            f"""SELECT message_id, kind, created_at, author, substr(body, 1, {EXCERPT_SOURCE + 1}), read_on IS NULL
            FROM messages WHERE ticket_id = ? {_ORDER}""",  # noqa: S608
            (ticket_id,),
        )
        return [
            Entry(MessageId(number), MessageKind(kind), time_of(at), author, beginning, bool(own))
            for number, kind, at, author, beginning, own in rows
        ]

    def save(self, message: Message, *, opening_of: TicketId | None = None) -> None:
        """Write a new message, or another text of one; with `opening_of`, the text of a ticket that is merged."""
        save(self.session.with_tickets, message, opening_of)

    def move(self, moved: Sequence[MessageId], ticket_id: TicketId) -> None:
        """Make messages belong to another ticket; who has read them is known where they were."""
        self.session.with_tickets.executemany(
            "UPDATE messages SET read_on = coalesce(read_on, ticket_id), ticket_id = ? WHERE message_id = ?",
            [(ticket_id, message_id) for message_id in moved],
        )


def next_id(connection: Connection) -> MessageId:
    """Return the id of the next message."""
    return MessageId(connection.execute(_NEXT_ID).get)


def iterate_newest(connection: Connection, ticket_id: TicketId) -> Iterator[Message]:
    """Yield all of a ticket's messages, from the last to the first, each read when it is asked for."""
    return map(to_message, connection.execute(_newest_query(notes=True), (ticket_id, *BEHIND_ALL)))


def _newest_query(*, notes: bool) -> str:
    where = f"WHERE ticket_id = ? AND (messages.created_at, message_id) < (?, ?){only_replies(notes)}"
    return f"{SELECT} {where} {NEWEST}"


def save(connection: Connection, message: Message, opening_of: TicketId | None = None) -> None:
    """Write a new message, or another text of one; with `opening_of`, the text of a ticket that is merged."""
    connection.execute(
        """INSERT INTO messages
        (message_id, ticket_id, kind, author, body, created_at, edited_at, attachments, read_on, opening)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
            opening_of,
            opening_of is not None,
        ),
    )


def only_replies(notes: bool) -> str:
    """Return the condition for what a reader of replies alone sees; none for a reader of notes too."""
    return "" if notes else " AND kind = 'reply'"


def to_message(row: tuple[Any, ...]) -> Message:
    """Return the message of the columns of `SELECT`."""
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
        decode_attachments(attached),
    )
