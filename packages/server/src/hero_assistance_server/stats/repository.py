"""What the statistics need of the storage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hero_assistance_sdk.wire import Millis, TicketId
from hero_assistance_server.stats.model import Day, Figure, Key, Measure, Only, Span


class StatsRepository(Protocol):
    """Figures over the tickets, their answers and the changes of their status."""

    def measure(self, figure: Figure, span: Span) -> Measure:
        """Return a figure of the whole project."""
        ...

    def measure_by(self, figure: Figure, span: Span, key: Key) -> Mapping[str, Measure]:
        """Return a figure of each agent, or of each tag that a ticket has now."""
        ...

    def backlog(self, moment: Millis) -> int:
        """Return the backlog right before a moment."""
        ...

    def list_days(self, span: Span, days_each: int = 1) -> list[Day]:
        """Return each day that a span touches; its first and last count only as far as they are in the span.

        With more `days_each`, so many are put together, from the last one on: the first group may have fewer.
        """
        ...

    def list_tickets(self, figure: Figure, span: Span, only: Only, after: TicketId, limit: int) -> list[TicketId]:
        """Return the tickets that a figure counts, by id, behind `after`."""
        ...
