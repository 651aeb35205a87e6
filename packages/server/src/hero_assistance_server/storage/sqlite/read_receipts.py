"""Rows of read marks, and what is unread behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from hero_assistance_sdk.wire import MessageId, Millis, Status, TicketId, UserId
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.storage.sqlite.ticket_lists import walk_of
from hero_assistance_server.storage.sqlite.tickets import START
from hero_assistance_server.tickets.list_index import participated_by
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

# A number next to a title; a thread with more unread is not counted to its end.
UNREAD_CAP = 100
# The tickets of one person that are looked at, those with the last activity first.
CONCERNED_LIMIT = 1000

_CONCERNED_OUTSIDE = """SELECT at, ticket_id FROM places WHERE user_id = ?
    ORDER BY at DESC, ticket_id DESC LIMIT ?"""
# What the person wrote is read; somebody outside the team sees no notes.
_UNREAD = """
    SELECT tickets.ticket_id, coalesce(reads.message_id, 0), (
        SELECT count(*) FROM (
            SELECT 1 FROM messages WHERE messages.ticket_id = tickets.ticket_id
            AND messages.message_id > coalesce(reads.message_id, 0) AND author <> ?2 AND (?3 OR kind = 'reply')
            LIMIT ?4))
    FROM json_each(?1) AS concerned CROSS JOIN tickets ON tickets.ticket_id = concerned.value
    LEFT JOIN reads ON reads.user_id = ?2 AND reads.ticket_id = tickets.ticket_id"""


@dataclass(frozen=True, slots=True)
class Read:
    """How far somebody has read a ticket (0: nothing), and how many messages of others came after that."""

    ticket_id: TicketId
    message_id: MessageId
    unread: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who has read a ticket up to a message."""

    user_id: UserId
    message_id: MessageId
    at: Millis


def find(connection: apsw.Connection, user_id: UserId, ticket_id: TicketId) -> MessageId:
    """The last message that a person has read, 0 before the first."""
    row = connection.execute(
        "SELECT message_id FROM reads WHERE user_id = ? AND ticket_id = ?", (user_id, ticket_id)
    ).fetchone()
    return MessageId(row[0] if row else 0)


def save(
    connection: apsw.Connection, user_id: UserId, ticket_id: TicketId, message_id: MessageId, now: datetime
) -> None:
    """Set a mark."""
    connection.execute(
        """INSERT INTO reads (user_id, ticket_id, message_id, at) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id, ticket_id) DO UPDATE SET message_id = excluded.message_id, at = excluded.at""",
        (user_id, ticket_id, message_id, millis(now)),
    )


def concerned(connection: apsw.Connection, user: User) -> list[TicketId]:
    """The tickets that concern a person, by last activity: an agent's as a participant, anybody else's that they see.

    At most `CONCERNED_LIMIT` of them.
    """
    if not user.is_staff:
        rows = connection.execute(_CONCERNED_OUTSIDE, (user.user_id, CONCERNED_LIMIT))
        return [TicketId(ticket_id) for _, ticket_id in _typed(rows)]
    walk = walk_of([(participated_by(user.user_id), status) for status in Status], START)
    if walk is None:
        return []
    rows = connection.execute(f"SELECT at, ticket_id FROM ({walk.sql}) LIMIT ?", (*walk.bindings, CONCERNED_LIMIT))  # noqa: S608
    return [TicketId(ticket_id) for _, ticket_id in _typed(rows)]


def unread(connection: apsw.Connection, user: User, ticket_ids: Sequence[TicketId]) -> list[Read]:
    """How a person stands with each of these tickets, in their order; those that do not exist are left out."""
    rows = connection.execute(_UNREAD, (json_text(ticket_ids), user.user_id, user.is_staff, UNREAD_CAP))
    found = {ticket: Read(TicketId(ticket), MessageId(message), count) for ticket, message, count in _typed(rows)}
    return [found[ticket_id] for ticket_id in ticket_ids if ticket_id in found]


def agents(connection: apsw.Connection, ticket_id: TicketId) -> list[Reader]:
    """The agents who have read a ticket, the last one first."""
    rows = connection.execute(
        """SELECT user_id, message_id, at FROM reads JOIN users USING (user_id)
        WHERE ticket_id = ? AND role <> 'customer' ORDER BY at DESC, user_id""",
        (ticket_id,),
    )
    return [Reader(UserId(user), MessageId(message), Millis(at)) for user, message, at in _typed(rows)]


def _typed(rows: Any) -> list[tuple[Any, ...]]:
    return list(rows)
