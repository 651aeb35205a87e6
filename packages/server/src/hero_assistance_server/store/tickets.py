"""Rows of tickets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Priority, Status, TicketId, UserId
from hero_assistance_server.core.model import Ticket
from hero_assistance_server.core.views import millis, time_of

_COLUMNS = """ticket_id, title, body, status, priority, tags, customer, users.name, tickets.created_at,
    updated_at, public_updated_at, reply_count, note_count"""
_FROM = f"SELECT {_COLUMNS} FROM tickets JOIN users ON users.user_id = tickets.customer"  # noqa: S608
_ALL = f"{_FROM} WHERE (updated_at, ticket_id) < (?, ?) ORDER BY updated_at DESC, ticket_id DESC LIMIT ?"
_OWN = f"""{_FROM} WHERE customer = ? AND (public_updated_at, ticket_id) < (?, ?)
    ORDER BY public_updated_at DESC, ticket_id DESC LIMIT ?"""
_SAVE = """
    INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer,
        created_at, updated_at, public_updated_at, reply_count, note_count)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ticket_id) DO UPDATE SET title = excluded.title, body = excluded.body,
        status = excluded.status, priority = excluded.priority, tags = excluded.tags,
        updated_at = excluded.updated_at, public_updated_at = excluded.public_updated_at,
        reply_count = excluded.reply_count, note_count = excluded.note_count"""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list that is ordered by last activity: what comes after it is older."""

    updated_at: Millis
    ticket_id: TicketId


# Before every ticket there can be: the largest integers of the database.
START = Position(Millis(2**63 - 1), TicketId(2**63 - 1))


def next_id(connection: apsw.Connection) -> TicketId:
    """The id of the next ticket; only the writer may ask."""
    return TicketId(connection.execute("SELECT coalesce(max(ticket_id), 0) + 1 FROM tickets").get)


def find(connection: apsw.Connection, ticket_id: TicketId) -> Ticket | None:
    """One ticket, or `None`."""
    row = connection.execute(f"{_FROM} WHERE ticket_id = ?", (ticket_id,)).fetchone()
    return _ticket(row) if row else None


def newest(connection: apsw.Connection, after: Position, limit: int) -> list[Ticket]:
    """Tickets by last activity, newest first, older than `after`."""
    return [_ticket(row) for row in connection.execute(_ALL, (after.updated_at, after.ticket_id, limit))]


def newest_of(connection: apsw.Connection, customer: UserId, after: Position, limit: int) -> list[Ticket]:
    """A customer's tickets by the last activity shown to them, newest first, older than `after`."""
    bindings = (customer, after.updated_at, after.ticket_id, limit)
    return [_ticket(row) for row in connection.execute(_OWN, bindings)]


def save(connection: apsw.Connection, ticket: Ticket) -> None:
    """Write a new ticket, or what changed of one; its customer never changes."""
    connection.execute(
        _SAVE,
        (
            ticket.ticket_id,
            ticket.title,
            ticket.body,
            ticket.status.value,
            ticket.priority.value,
            json.dumps(ticket.tags, ensure_ascii=False),
            ticket.customer,
            millis(ticket.created_at),
            millis(ticket.updated_at),
            millis(ticket.public_updated_at),
            ticket.reply_count,
            ticket.note_count,
        ),
    )


def _ticket(row: tuple[Any, ...]) -> Ticket:
    return Ticket(
        ticket_id=row[0],
        title=row[1],
        body=row[2],
        status=Status(row[3]),
        priority=Priority(row[4]),
        tags=tuple(json.loads(row[5])),
        customer=row[6],
        customer_name=row[7],
        created_at=time_of(row[8]),
        updated_at=time_of(row[9]),
        public_updated_at=time_of(row[10]),
        reply_count=row[11],
        note_count=row[12],
    )
