"""Tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import Status, TicketId, UserId
from hero_assistance_server.storage.sql.bulk_insert import Row, Rows
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.repositories import attachments
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.storage.sql.tickets import list_index, lists_by_due, lists_by_id, ticket_lists
from hero_assistance_server.storage.sql.tickets.ticket_columns import COLUMNS, TABLES
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.json_row import COLUMNS as OWN_COLUMNS
from hero_assistance_server.tickets.json_row import decode_values, encode_last_message
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import ListCount, ListPage, Position
from hero_assistance_server.timestamps import maybe_millis, maybe_time, millis
from hero_assistance_server.users.model import User

# What never changes of a ticket.
_FIXED = {"ticket_id", "body", "customer", "created_at", "split_from", "attachments"}
# Of new ones; `encode_row` makes the values of each.
INSERT = f"INSERT INTO tickets ({', '.join(OWN_COLUMNS)}) VALUES {{rows}}"  # noqa: S608
_SAVE = f"""{INSERT.format(rows=f"({', '.join('?' * len(OWN_COLUMNS))})")} ON CONFLICT (ticket_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in OWN_COLUMNS if name not in _FIXED)}"""
# In one statement: each waits for the interpreter's lock.
NEXT_ID = """SELECT 1 + max((SELECT coalesce(max(ticket_id), 0) FROM tickets),
    (SELECT coalesce(max(ticket_id), 0) FROM deleted_tickets))"""
_INSERT_STATUS_CHANGE = (
    "INSERT INTO status_changes (ticket_id, from_status, to_status, changed_by, changed_at) VALUES {rows}"
)


@dataclass(frozen=True, slots=True)
class SqlTickets:
    """Implements `TicketRepository`."""

    session: StorageSession

    def find(self, ticket_id: TicketId) -> Ticket | None:
        """Read one ticket by its id."""
        return find(self.session.with_tickets, ticket_id)

    def next_id(self) -> TicketId:
        """Return the batch's next id: new tickets wait there."""
        return self.session.pending.tickets.next_id()

    def list_page(
        self,
        query: ListQuery | None,
        after: Position,
        limit: int,
        *,
        seen_by: UserId | None = None,
        order: Order = Order.ACTIVITY,
    ) -> ListPage:
        """Read a page from the list index; see `ticket_lists.list_page`."""
        if order is Order.FIRST_RESPONSE_DUE:
            return lists_by_due.list_page(self.session.complete, query, after, limit)
        if order is Order.ID:
            return lists_by_id.list_page(self.session.complete, query, after.ticket_id, limit, seen_by=seen_by)
        return ticket_lists.list_page(self.session.complete, query, after, limit, seen_by=seen_by)

    def count(self, query: ListQuery, cap: int) -> ListCount:
        """Count a list by the counters of the list index, or ticket by ticket up to `cap`."""
        return ticket_lists.count(self.session.complete, query, cap)

    def count_in_scopes(self, asked: Sequence[tuple[str, frozenset[Status]]]) -> list[int]:
        """Add the counters of each scope of the list index, which one statement reads."""
        return list_index.count_all(self.session.complete, asked)

    def list_due_to_wake(self, now: datetime, limit: int) -> list[TicketId]:
        """Read the tickets whose time of waking is past, by that time."""
        return due_to_wake(self.session.with_tickets, now, limit)

    def next_wake(self) -> datetime | None:
        """Read the earliest time of waking."""
        return next_wake(self.session.with_tickets)

    def save(self, ticket: Ticket) -> None:
        """Write what changed of a ticket; its customer never does."""
        save(self.session.with_tickets, ticket)


def next_id(connection: Connection) -> TicketId:
    """Return the id after the last one that there ever was."""
    return TicketId(connection.execute(NEXT_ID).get)


def find(connection: Connection, ticket_id: TicketId) -> Ticket | None:
    """Return one ticket, or `None`."""
    row = connection.execute(f"SELECT {COLUMNS} {TABLES} WHERE ticket_id = ?", (ticket_id,)).fetchone()
    return decode_values(row) if row else None


def find_all(connection: Connection, ticket_ids: Sequence[TicketId]) -> dict[TicketId, Ticket]:
    """Return those of the tickets that there are, by one statement."""
    rows = connection.execute(
        f"SELECT {COLUMNS} {TABLES} WHERE ticket_id IN (SELECT value/*!::bigint*/ FROM json_each(?))",  # noqa: S608
        (json_text(ticket_ids),),
    )
    return {ticket.ticket_id: ticket for ticket in map(decode_values, rows)}


def due_to_wake(connection: Connection, now: datetime, limit: int) -> list[TicketId]:
    """Return the snoozed tickets whose time has come, the longest overdue first."""
    rows = connection.execute(
        "SELECT ticket_id FROM tickets WHERE snoozed_until <= ? ORDER BY snoozed_until LIMIT ?", (millis(now), limit)
    )
    return [ticket_id for (ticket_id,) in rows]


def next_wake(connection: Connection) -> datetime | None:
    """Return when the next snoozed ticket wakes, or `None`."""
    return maybe_time(connection.execute("SELECT min(snoozed_until) FROM tickets WHERE snoozed_until > 0").get)


def save(connection: Connection, ticket: Ticket) -> None:
    """Write a ticket, or what changed of one."""
    connection.execute(_SAVE, encode_row(ticket))


def encode_row(ticket: Ticket) -> Row:
    """Return the values of `INSERT`."""
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
        ticket.last_message_id,
        attachments.as_json(ticket.attachments),
        encode_last_message(ticket.last_reply),
        encode_last_message(ticket.last_note),
    )


def record_status_change(rows: Rows, before: Ticket | None, after: Ticket, by: User | None, now: datetime) -> None:
    """Write the change of a ticket's status, if it changed, for the statistics."""
    if before is None or before.status is not after.status:
        from_status, changed_by = before.status.value if before else None, by.user_id if by else None
        rows.add(_INSERT_STATUS_CHANGE, (after.ticket_id, from_status, after.status.value, changed_by, millis(now)))
