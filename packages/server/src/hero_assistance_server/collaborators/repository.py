"""What inviting by an address needs of the storage."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.collaborators.model import GuestInvitation


class GuestInvitationRepository(Protocol):
    """The invitations that wait; an address is written as `fold_name` says."""

    def find(self, ticket_id: TicketId, address: str) -> GuestInvitation | None:
        """Return the invitation of an address to a ticket, or `None`."""
        ...

    def list_of_ticket(self, ticket_id: TicketId) -> list[GuestInvitation]:
        """Return the invitations to a ticket, the oldest first."""
        ...

    def list_of_address(self, address: str, limit: int) -> list[GuestInvitation]:
        """Return the invitations of an address, the ticket with the lowest number first."""
        ...

    def save(self, invitation: GuestInvitation) -> None:
        """Write a new invitation."""
        ...

    def delete(self, ticket_id: TicketId, address: str) -> None:
        """Delete the invitation of an address to a ticket, if there is one."""
        ...

    def prune(self, before: datetime, limit: int) -> int:
        """Delete invitations of before a time, so many at most; returns how many."""
        ...
