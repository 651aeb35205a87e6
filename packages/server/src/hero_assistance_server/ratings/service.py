"""Saves what customers say of answers, and lists it."""

from __future__ import annotations

from hero_assistance_sdk.wire import Rating, Score, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.ratings import rules
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.visibility import visible_ticket

# More often no ticket is solved.
RATINGS_OF_TICKET = 50


def save_rating(work: UnitOfWork, caller: Caller, ticket_id: TicketId, score: Score, comment: str) -> Rating:
    """Rate the answer of a ticket, once for each solving; another rating takes its place.

    Raises `NotFound` or `Conflict`.
    """
    ticket = visible_ticket(work, caller, ticket_id)
    rating = rules.rate(ticket=ticket, by=caller.known(), score=score, comment=comment, now=work.now)
    before = work.ratings.find(ticket_id, rating.solved_at)
    change = rules.save(ticket=ticket, before=before, after=rating)
    if change is None:
        return before or rating
    work.ratings.save(rating)
    work.apply(change, caller)
    return rating


def list_ratings(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> list[Rating]:
    """Return the ratings of a ticket, the latest first; raises `NotFound`."""
    visible_ticket(snapshot, caller, ticket_id)
    return snapshot.ratings.list_of_ticket(ticket_id, RATINGS_OF_TICKET)
