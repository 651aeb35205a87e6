"""Implements `ErasureRepository`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.erasure.model import FilePolicy, TicketErasure, UserErasure
from hero_assistance_server.storage.sqlite.erasure import tickets, users
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class SqliteErasure:
    """Reads and deletes in every table, after all that waits is written."""

    session: Session

    def plan_ticket(self, ticket_id: TicketId) -> TicketErasure:
        """Count what goes with a ticket."""
        return tickets.plan_ticket(self.session.complete, ticket_id)

    def delete_tickets(self, found: Sequence[Ticket], now: datetime) -> list[str]:
        """Delete tickets from every table."""
        return tickets.delete_tickets(self.session.complete, found, now)

    def forget_events_of(self, ticket_ids: Sequence[TicketId], after: Seq, until: Seq) -> None:
        """Delete events by what their texts carry."""
        tickets.forget_events_of(self.session.complete, ticket_ids, after, until)

    def plan_user(self, user: User, uploads: FilePolicy) -> UserErasure:
        """Count what is deleted of a user."""
        return users.plan_user(self.session.complete, user, uploads)

    def erase_user(self, user: User, heir: User, uploads: FilePolicy) -> list[str]:
        """Rename a user in every table."""
        return users.erase_user(self.session.complete, user, heir.user_id, uploads)

    def forget_events(self, until: Seq) -> None:
        """Delete the first events."""
        self.session.complete.execute("DELETE FROM events WHERE seq <= ?", (until,))
