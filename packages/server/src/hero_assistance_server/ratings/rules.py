"""Who rates an answer, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Conflict, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Rating, Score, UserId
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.ratings.event_types import RATING_SAVED
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

# As long as somebody remembers what the answer was.
RATING_WINDOW = timedelta(days=30)


def rate(*, ticket: Ticket, by: User, score: Score, comment: str, now: datetime) -> Rating:
    """Return the rating of a ticket's latest solving; raises `Conflict`."""
    if by.user_id not in ticket.people:
        raise Conflict(
            "the answer is rated by those who asked",
            hint="rating.of_ticket reads what they said",
            kind=RefusalKind.CUSTOMER_ONLY,
        )
    if ticket.merged_into is not None:
        raise TicketMerged(ticket.ticket_id, ticket.merged_into, hint=f"rate ticket {ticket.merged_into}")
    if ticket.solved_at is None:
        raise Conflict(
            f"ticket {ticket.ticket_id} is not solved",
            hint="rate it once it is solved",
            kind=RefusalKind.NOT_SOLVED,
            values={"ticket": ticket.ticket_id},
        )
    if now - ticket.solved_at > RATING_WINDOW:
        raise Conflict(
            f"an answer can be rated for {RATING_WINDOW.days} days after its ticket was solved",
            kind=RefusalKind.RATING_OVER,
            values={"days": RATING_WINDOW.days},
        )
    return Rating(
        ticket_id=ticket.ticket_id,
        solved_at=millis(ticket.solved_at),
        user_id=by.user_id,
        score=score,
        comment=comment,
        agent=ticket.assignee,
        rated_at=millis(now),
    )


def save(*, ticket: Ticket, before: Rating | None, after: Rating) -> AnyChange | None:
    """Return the change that tells of a rating; `None` when it says what was said before."""
    if before is not None and _take_contents(before) == _take_contents(after):
        return None
    detail = {"score": after.score.value, "comment": after.comment}
    if before is not None:
        detail |= {"score.before": before.score.value, "comment.before": before.comment}
    audience = Audience(Reach.STAFF, ticket.people)
    return Change(RATING_SAVED, ticket, None, audience, before=ticket, record=after, detail=detail)


def _take_contents(rating: Rating) -> tuple[UserId, Score, str]:
    return rating.user_id, rating.score, rating.comment
