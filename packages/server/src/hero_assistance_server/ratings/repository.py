"""What ratings need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from hero_assistance_sdk.wire import Millis, Rating, TicketId
from hero_assistance_server.ratings.model import LATEST, RatingCount, RatingPosition, RatingQuery
from hero_assistance_server.stats.model import Key, Span


class RatingRepository(Protocol):
    """The ratings of a project: one for each time that a ticket was solved."""

    def find(self, ticket_id: TicketId, solved_at: Millis) -> Rating | None:
        """Return the rating of one solving, or `None`."""
        ...

    def list_of_ticket(self, ticket_id: TicketId, limit: int) -> list[Rating]:
        """Return the ratings of a ticket, that of the latest solving first."""
        ...

    def iterate(self, query: RatingQuery, after: RatingPosition = LATEST) -> Iterator[Rating]:
        """Yield the ratings behind a position, the latest first, each read when it is asked for."""
        ...

    def count(self, span: Span) -> RatingCount:
        """Count the ratings that were given in a span."""
        ...

    def count_by(self, span: Span, key: Key) -> Mapping[str, RatingCount]:
        """Count them for each agent, or for each tag that a ticket has now."""
        ...

    def save(self, rating: Rating) -> None:
        """Write a rating, or another one of the same solving."""
        ...
