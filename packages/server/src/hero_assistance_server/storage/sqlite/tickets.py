"""Rows of tickets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Priority, Status, TicketId, UserId
from hero_assistance_server.storage.sqlite import attachments
from hero_assistance_server.storage.sqlite.bulk_insert import Row, Rows
from hero_assistance_server.storage.sqlite.json_rows import json_text, texts
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis, time_of
from hero_assistance_server.users.model import User

# In the order of the row; the customer's name is their user's.
_OWN_COLUMNS = (
    "ticket_id",
    "title",
    "body",
    "status",
    "priority",
    "tags",
    "customer",
    "created_at",
    "updated_at",
    "public_updated_at",
    "collaborators",
    "assignee",
    "followers",
    "snoozed_until",
    "first_response_due",
    "first_response_at",
    "solved_at",
    "merged_into",
    "split_from",
    "reply_count",
    "note_count",
    "last_reply_id",
    "last_note_id",
    "attachments",
)
# What never changes of a ticket.
_FIXED = {"ticket_id", "body", "customer", "created_at", "split_from", "attachments"}
COLUMNS = ", ".join(f"tickets.{name}" for name in _OWN_COLUMNS) + ", users.name"
TABLES = "FROM tickets JOIN users ON users.user_id = tickets.customer"
_ALL = f"{TABLES} WHERE (updated_at, ticket_id) < (?, ?) ORDER BY updated_at DESC, ticket_id DESC LIMIT ?"
_PLACED = """FROM places CROSS JOIN tickets ON tickets.ticket_id = places.ticket_id
    JOIN users ON users.user_id = tickets.customer
    WHERE places.user_id = ? AND (at, places.ticket_id) < (?, ?)
    ORDER BY at DESC, places.ticket_id DESC LIMIT ?"""
# Of new ones; the values of each are a `row`.
FILE = f"INSERT INTO tickets ({', '.join(_OWN_COLUMNS)}) VALUES {{rows}}"  # noqa: S608
_SAVE = f"""{FILE.format(rows=f"({', '.join('?' * len(_OWN_COLUMNS))})")} ON CONFLICT (ticket_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _OWN_COLUMNS if name not in _FIXED)}"""

_MOVE = "INSERT INTO status_changes (ticket_id, from_status, to_status, changed_by, changed_at) VALUES {rows}"


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
    row = connection.execute(f"SELECT {COLUMNS} {TABLES} WHERE ticket_id = ?", (ticket_id,)).fetchone()
    return _ticket(row) if row else None


def newest(connection: apsw.Connection, after: Position, limit: int) -> list[str]:
    """Tickets by last activity, newest first, older than `after`; `of_text` reads them."""
    return texts(connection, COLUMNS, _ALL, (after.updated_at, after.ticket_id, limit))


def newest_of(connection: apsw.Connection, customer: UserId, after: Position, limit: int) -> list[str]:
    """The tickets somebody outside the team sees, by the last activity shown to them, older than `after`."""
    return texts(connection, COLUMNS, _PLACED, (customer, after.updated_at, after.ticket_id, limit))


def of_text(text: str) -> Ticket:
    """The ticket whose row is this text."""
    return _ticket(json.loads(text))


def due_to_wake(connection: apsw.Connection, now: datetime, limit: int) -> list[TicketId]:
    """Snoozed tickets whose time has come, the longest overdue first."""
    rows = connection.execute(
        "SELECT ticket_id FROM tickets WHERE snoozed_until <= ? ORDER BY snoozed_until LIMIT ?", (millis(now), limit)
    )
    return [ticket_id for (ticket_id,) in rows]


def next_wake(connection: apsw.Connection) -> datetime | None:
    """When the next snoozed ticket wakes."""
    return maybe_time(connection.execute("SELECT min(snoozed_until) FROM tickets WHERE snoozed_until > 0").get)


def save(connection: apsw.Connection, ticket: Ticket) -> None:
    """Write what changed of a ticket; its customer never does."""
    connection.execute(_SAVE, row(ticket))


def row(ticket: Ticket) -> Row:
    """The values of `FILE`."""
    return (
        ticket.ticket_id,
        ticket.title,
        ticket.body,
        ticket.status.value,
        ticket.priority.value,
        json_text(ticket.tags),
        ticket.customer,
        millis(ticket.created_at),
        millis(ticket.updated_at),
        millis(ticket.public_updated_at),
        json_text(ticket.collaborators),
        ticket.assignee,
        json_text(ticket.followers),
        maybe_millis(ticket.snoozed_until),
        maybe_millis(ticket.first_response_due),
        maybe_millis(ticket.first_response_at),
        maybe_millis(ticket.solved_at),
        ticket.merged_into,
        ticket.split_from,
        ticket.reply_count,
        ticket.note_count,
        ticket.last_reply_id,
        ticket.last_note_id,
        attachments.as_json(ticket.attachments),
    )


def note_status(rows: Rows, before: Ticket | None, after: Ticket, by: User | None, now: datetime) -> None:
    """Have a move of the status kept for the statistics."""
    if before is None or before.status is not after.status:
        was, who = before.status.value if before else None, by.user_id if by else None
        rows.add(_MOVE, (after.ticket_id, was, after.status.value, who, millis(now)))


def _ticket(row: Sequence[Any]) -> Ticket:
    return Ticket(
        ticket_id=row[0],
        title=row[1],
        body=row[2],
        status=Status(row[3]),
        priority=Priority(row[4]),
        tags=tuple(json.loads(row[5])),
        customer=row[6],
        customer_name=row[24],
        created_at=time_of(row[7]),
        updated_at=time_of(row[8]),
        public_updated_at=time_of(row[9]),
        collaborators=tuple(json.loads(row[10])),
        assignee=row[11],
        followers=tuple(json.loads(row[12])),
        snoozed_until=maybe_time(row[13]),
        first_response_due=maybe_time(row[14]),
        first_response_at=maybe_time(row[15]),
        solved_at=maybe_time(row[16]),
        merged_into=row[17],
        split_from=row[18],
        reply_count=row[19],
        note_count=row[20],
        last_reply_id=row[21],
        last_note_id=row[22],
        attachments=attachments.of_json(row[23]),
    )
