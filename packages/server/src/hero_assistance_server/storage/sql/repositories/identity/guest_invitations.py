"""Invitations to tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis

_SELECT = "SELECT address, ticket_id, invited_by, invited_at FROM guest_invitations"


@dataclass(frozen=True, slots=True)
class SqlGuestInvitations:
    """Implements `GuestInvitationRepository`; its rows refer to tickets, so that those are written first."""

    session: StorageSession

    def find(self, ticket_id: TicketId, address: str) -> GuestInvitation | None:
        """Read one row."""
        return next(iter(self._read("WHERE ticket_id = ? AND address = ?", (ticket_id, address))), None)

    def list_of_ticket(self, ticket_id: TicketId) -> list[GuestInvitation]:
        """Read the rows of a ticket."""
        return list(self._read("WHERE ticket_id = ? ORDER BY invited_at, address", (ticket_id,)))

    def list_of_address(self, address: str, limit: int) -> list[GuestInvitation]:
        """Read rows of an address."""
        return list(self._read("WHERE address = ? ORDER BY ticket_id LIMIT ?", (address, limit)))

    def save(self, invitation: GuestInvitation) -> None:
        """Insert a row."""
        one = invitation
        self.session.with_tickets.execute(
            "INSERT INTO guest_invitations (address, ticket_id, invited_by, invited_at) VALUES (?, ?, ?, ?)",
            (one.address, one.ticket_id, one.invited_by, one.invited_at),
        )

    def delete(self, ticket_id: TicketId, address: str) -> None:
        """Delete a row."""
        self.session.direct.execute(
            "DELETE FROM guest_invitations WHERE ticket_id = ? AND address = ?", (ticket_id, address)
        )

    def prune(self, before: datetime, limit: int) -> int:
        """Delete rows of before a time: there are those of some days, of which each customer makes few an hour."""
        self.session.direct.execute(
            """DELETE FROM guest_invitations WHERE (address, ticket_id) IN (
                SELECT address, ticket_id FROM guest_invitations WHERE invited_at < ? LIMIT ?)""",
            (millis(before), limit),
        )
        return self.session.direct.changes()

    def _read(self, rest: str, bindings: tuple[Any, ...]) -> Iterable[GuestInvitation]:
        return (GuestInvitation(*row) for row in self.session.direct.execute(f"{_SELECT} {rest}", bindings))
