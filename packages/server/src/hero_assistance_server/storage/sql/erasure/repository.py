"""Implements `ErasureRepository`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.erasure.model import FilePolicy, Leftovers, NamedEntries, TicketErasure, UserErasure
from hero_assistance_server.storage.sql.erasure import tickets, user_trail, users
from hero_assistance_server.storage.sql.erasure.engine import ErasureEngine
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class SqlErasure:
    """Reads and deletes in every table, after all that waits is written."""

    session: StorageSession
    open_engine: Callable[[Any], ErasureEngine]
    """Makes the port of the session's engine from its connection."""

    def plan_ticket(self, ticket_id: TicketId) -> TicketErasure:
        """Count what goes with a ticket."""
        return tickets.plan_ticket(self.session.complete, ticket_id)

    def delete_tickets(self, found: Sequence[Ticket], now: datetime) -> Leftovers:
        """Delete tickets from every table."""
        with self._overwriting() as engine:
            return tickets.delete_tickets(engine, found, now)

    def forget_events_of(self, ticket_ids: Sequence[TicketId], after: Seq, until: Seq) -> None:
        """Delete events by what their texts carry."""
        with self._overwriting() as engine:
            tickets.forget_events_of(engine.connection, ticket_ids, after, until)

    def plan_user(self, user: User, uploads: FilePolicy) -> UserErasure:
        """Count what is deleted of a user."""
        return users.plan_user(self.session.complete, user, uploads)

    def find_entries(self, user: User, after: int, limit: int) -> NamedEntries:
        """Read the details of a portion of the trail."""
        connection = self.session.complete
        last = int(connection.execute("SELECT max(audit_id) FROM audit").get or 0)
        until = min(after + limit, last)
        return NamedEntries(user_trail.find_entries(connection, user, after, until), until)

    def erase_user(self, user: User, heir: User, uploads: FilePolicy, named: NamedEntries) -> Leftovers:
        """Rename a user in every table."""
        with self._overwriting() as engine:
            return users.erase_user(engine, user, heir.user_id, uploads, named)

    def forget_events(self, until: Seq) -> None:
        """Delete the first events."""
        with self._overwriting() as engine:
            engine.connection.execute("DELETE FROM events WHERE seq <= ?", (until,))

    @contextmanager
    def _overwriting(self) -> Iterator[ErasureEngine]:
        engine = self.open_engine(self.session.complete)
        with engine.overwriting():
            yield engine
