"""Reads and writes tickets, messages, events and client tokens for the services, until those have repositories.

Every function here stands for one call of a repository or of the unit of work; nothing else outside `storage/sqlite`
reaches behind the protocols.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.wire import MessageId, Seq, TicketId, UserId
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite import client_tokens, events, messages, tickets
from hero_assistance_server.storage.sqlite.events import StoredEvent
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.snapshot import SqliteSnapshot
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.model import Ticket

__all__ = ["StoredEvent"]


def snapshot_of(connection: Any) -> Snapshot:
    """Return the repositories over a connection, for callers that have only that."""
    return SqliteSnapshot(Session(connection))


def find_ticket(snapshot: Snapshot, ticket_id: TicketId) -> Ticket | None:
    """Return one ticket, or `None`."""
    return tickets.find(_connection(snapshot), ticket_id)


def visible_ticket(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> Ticket:
    """Return the ticket; raises `NotFound` also when the caller may not know that it exists."""
    ticket = find_ticket(snapshot, ticket_id)
    if ticket is None or not caller.sees(ticket):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


def last_seq(snapshot: Snapshot) -> Seq:
    """Return the number of the last event."""
    return events.last_seq(_connection(snapshot))


def write_audit_entry(work: UnitOfWork, action: str, by: Caller, detail: Mapping[str, str]) -> None:
    """Write an audit entry without an event."""
    work.note(action, by, detail)  # type: ignore[attr-defined]


def write_event(work: UnitOfWork, change: AnyChange) -> None:
    """Write the change's event without an audit entry."""
    work.tell(change)  # type: ignore[attr-defined]


def next_message_id(work: UnitOfWork) -> MessageId:
    """Return the id of the next message."""
    return messages.next_id(_connection(work))


def find_client_token(work: UnitOfWork, user_id: UserId, method: str, token: str | None) -> int | None:
    """Return what the call with this token made, or `None`."""
    return client_tokens.find(_connection(work), user_id, method, token)


def add_client_token(work: UnitOfWork, user_id: UserId, method: str, token: str | None, made: int) -> None:
    """Remember what the call with this token made."""
    client_tokens.add(_connection(work), user_id, method, token, made, work.now)


def prune_client_tokens(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Delete client tokens that are older than `before`; returns how many."""
    return client_tokens.prune(_connection(work), before, limit)


def prune_events(work: UnitOfWork, before: datetime, at_least: int, limit: int) -> int:
    """Delete events that are older than `before`, except the last ones; returns how many."""
    return events.prune(work.settled(), before, at_least, limit)  # type: ignore[attr-defined]


def next_wake(snapshot: Snapshot) -> datetime | None:
    """Return when the next snoozed ticket wakes, or `None`."""
    return tickets.next_wake(_connection(snapshot))


def due_to_wake(snapshot: Snapshot, now: datetime, limit: int) -> list[TicketId]:
    """Return the snoozed tickets whose time has come."""
    return tickets.due_to_wake(_connection(snapshot), now, limit)


def _connection(snapshot: Snapshot) -> Any:
    return snapshot.connection  # type: ignore[attr-defined]
