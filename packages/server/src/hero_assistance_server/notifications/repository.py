"""What notifications need of the storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.notifications.model import NoteworthyEntry, NotificationSettings, PendingNotification


class NotificationRepository(Protocol):
    """How far the audit trail was followed, what waits to be told, and what users set."""

    def position(self) -> int:
        """Return the last audit entry that was looked at."""
        ...

    def set_position(self, audit_id: int) -> None:
        """Write the last audit entry that was looked at."""
        ...

    def list_noteworthy(self, after: int, limit: int, *, new_tickets: bool) -> tuple[list[NoteworthyEntry], int]:
        """Return at most `limit` entries after one that users may be notified of, and how far they reach.

        New tickets that their customers filed are among them only with `new_tickets`.
        """
        ...

    def add(self, pending: Sequence[PendingNotification]) -> None:
        """Write what is to be told."""
        ...

    def next_due(self) -> datetime | None:
        """Return when the next letter is due, or `None`."""
        ...

    def list_due(self, now: datetime, limit: int) -> list[tuple[UserId, TicketId]]:
        """Return of whom and of which tickets something is due, the longest overdue first."""
        ...

    def take(self, user_id: UserId, ticket_id: TicketId) -> list[PendingNotification]:
        """Delete and return what waits to be told to a user of a ticket, in order, also what is not due yet."""
        ...

    def settings_of(self, user_id: UserId) -> NotificationSettings:
        """Return what a user set, or the defaults."""
        ...

    def save_settings(self, user_id: UserId, settings: NotificationSettings) -> None:
        """Write what a user set."""
        ...

    def list_subscribers(self) -> dict[UserId, NotificationSettings]:
        """Return the users who want to know of new tickets, with what they set."""
        ...

    def is_muted(self, user_id: UserId, ticket_id: TicketId) -> bool:
        """Whether a user wants no letters about a ticket."""
        ...

    def mute(self, user_id: UserId, ticket_id: TicketId, *, muted: bool) -> bool:
        """Mute a ticket for a user, or no longer; returns whether that is a change."""
        ...
