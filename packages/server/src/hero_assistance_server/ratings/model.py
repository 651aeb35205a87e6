"""How many ratings there are, and which of them are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, Score, TicketId, UserId


@dataclass(frozen=True, slots=True)
class RatingCount:
    """How many answers were good and how many were bad."""

    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class RatingQuery:
    """Which ratings are asked for; `None` does not matter."""

    score: Score | None = None
    agent: UserId | None = None


@dataclass(frozen=True, slots=True)
class RatingPosition:
    """A position in a list of ratings, the latest first: what comes after it is older."""

    rated_at: Millis
    ticket_id: TicketId


# Before every rating there can be: the largest integers of the wire.
LATEST = RatingPosition(Millis(2**63 - 1), TicketId(2**63 - 1))
