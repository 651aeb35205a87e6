"""What erasures need of the storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.erasure.model import FilePolicy, Leftovers, NamedEntries, TicketErasure, UserErasure
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


class ErasureRepository(Protocol):
    """Deletes what nothing else deletes; each method reaches every table."""

    def plan_ticket(self, ticket_id: TicketId) -> TicketErasure:
        """Return what goes with a ticket."""
        ...

    def delete_tickets(self, found: Sequence[Ticket], now: datetime) -> Leftovers:
        """Delete tickets with all that belongs to them, in every list and index; returns what else has to go.

        The trail keeps that something was done to them, and not what. Their ids are never given again.
        """
        ...

    def forget_events_of(self, ticket_ids: Sequence[TicketId], after: Seq, until: Seq) -> None:
        """Delete the stored events with numbers behind `after` and up to `until` that carry one of the tickets."""
        ...

    def plan_user(self, user: User, uploads: FilePolicy) -> UserErasure:
        """Return what is deleted of a user, and what stays."""
        ...

    def find_entries(self, user: User, after: int, limit: int) -> NamedEntries:
        """Return the entries among the next `limit` of the trail behind `after` in which the user may be named."""
        ...

    def erase_user(self, user: User, heir: User, uploads: FilePolicy, named: NamedEntries) -> Leftovers:
        """Put a nameless user in the place of another one everywhere, and delete what was that user's alone.

        Returns what else has to go.
        """
        ...

    def forget_events(self, until: Seq) -> None:
        """Delete the stored events up to a number."""
        ...
