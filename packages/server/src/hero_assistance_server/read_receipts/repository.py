"""What read receipts need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import MessageId, TicketId, UserId
from hero_assistance_server.read_receipts.model import ReadReceipt, TicketReader
from hero_assistance_server.users.model import User

# Before every reader in their order: the largest integer of the wire.
LATEST = (2**63 - 1, "")


class ReadReceiptRepository(Protocol):
    """The read receipts of all users."""

    def last_read(self, user_id: UserId, ticket_id: TicketId) -> MessageId:
        """Return the last message that a user has read, 0 before the first."""
        ...

    def save(
        self, user_id: UserId, ticket_id: TicketId, message_id: MessageId, now: datetime, *, back: bool = False
    ) -> bool:
        """Write how far a user has read a ticket, and what was merged into it; returns whether that is a change.

        A receipt moves forward, with `back` in either direction; the first one says that the ticket was opened.
        """
        ...

    def add_for_authors(self, ticket_id: TicketId, now: datetime) -> None:
        """Note that the authors of messages have opened their ticket, before the messages are moved."""
        ...

    def copy_to_part(self, ticket_id: TicketId) -> None:
        """Give a part that was split off receipts of its own: what was unread where it was is unread in it."""
        ...

    def list_relevant_tickets(self, user: User) -> list[TicketId]:
        """Return the tickets to count unread messages on, the last activity first.

        They are those that an agent takes part in, or that a customer sees; at most 1,000.
        """
        ...

    def list_for(self, user: User, ticket_ids: Sequence[TicketId]) -> list[ReadReceipt]:
        """Return the user's receipts for these tickets, in their order; a ticket that does not exist is left out."""
        ...

    def count_unread(self, user: User, ticket_ids: Sequence[TicketId]) -> list[int]:
        """Return how much is unread of each of these tickets, all of which exist; the same as `list_for` says."""
        ...

    def iterate_agents(self, ticket_id: TicketId, after: tuple[int, str] = LATEST) -> Iterator[TicketReader]:
        """Yield the agents who have read a ticket behind a time and a user, the last one first."""
        ...
