"""`rating.*`: what customers say of an answer, once its ticket is solved."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import KNOWN, STAFF, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.ratings.model import LATEST, RatingPosition, RatingQuery
from hero_assistance_server.ratings.service import list_ratings, save_rating
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import OptionalText, TicketParams, UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

# Some ten lines.
COMMENT_LIMIT = 1000

_SOLVES = Call("carol", "ticket.update", {"ticket_id": 1, "status": "solved"})
_RATE = Call("carol", "rating.rate", {"ticket_id": 1, "score": "good", "comment": "Quick!"})
_RATING = {
    "noun": "rating",
    "ticket_id": 1,
    "solved_at": 1_780_000_000_000,
    "user_id": "carol",
    "score": "good",
    "comment": "Quick!",
    "agent": None,
    "rated_at": 1_780_000_000_000,
}
_VARIES = frozenset({"solved_at", "rated_at"})
_RATES = Example("A customer is content", _RATE.caller, _RATE.params, _RATING, after=(_SOLVES,), varies=_VARIES)
_OF_TICKET = Example(
    "An agent looks what she said",
    "bob",
    {"ticket_id": 1},
    {"ratings": [_RATING]},
    after=(_SOLVES, _RATE),
    varies=_VARIES,
)
_LISTS = Example(
    "What went wrong?",
    "bob",
    {"score": "bad"},
    {"ratings": [], "next_cursor": None},
    after=(_SOLVES, _RATE),
)


class Rate(TicketParams):
    """What the customer says of the answer."""

    score: wire.Score
    comment: Annotated[OptionalText, Field(max_length=COMMENT_LIMIT)] = ""


class ListRatings(PageParams):
    """Which ratings, and which page of them."""

    score: wire.Score | None = None
    agent: Annotated[UserName | None, Field(description="Whose tickets: the assignee when they were rated.")] = None


class TicketRatings(Result):
    """The ratings of a ticket, that of the latest solving first; at most 50."""

    ratings: list[wire.Rating]


class RatingPage(Result):
    """Ratings, the latest first."""

    ratings: list[wire.Rating]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""
    errors = [Unauthenticated, Forbidden, NotFound, Conflict, Unavailable]

    @table.method("rating.rate", allow=KNOWN, adds=Usage.CHANGES, page=True, errors=errors, examples=[_RATES])
    async def rate(caller: Caller, params: Rate) -> wire.Rating:
        """Say whether the answer was good: for 30 days after a ticket is solved, by those who asked.

        One rating is kept for each time that it is solved; a later one takes its place.
        """
        rating = await storage.write(
            lambda work: save_rating(work, caller, params.ticket_id, params.score, params.comment)
        )
        return serializers.rating(rating, staff=caller.is_staff)

    @table.method(
        "rating.of_ticket",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_OF_TICKET],
    )
    async def of_ticket(caller: Caller, params: TicketParams) -> TicketRatings:
        """List the ratings of a ticket."""
        found = await storage.read(lambda snapshot: list_ratings(snapshot, caller, params.ticket_id))
        return TicketRatings(ratings=[serializers.rating(one, staff=caller.is_staff) for one in found])

    @table.method(
        "rating.list", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS]
    )
    async def list_(_caller: Caller, params: ListRatings) -> Encoded[RatingPage]:
        """List ratings, the latest first; `stats.overview` and `stats.by_agent` count them."""
        return await storage.read(lambda snapshot: _page(snapshot, params))


def _page(snapshot: Snapshot, params: ListRatings) -> Encoded[RatingPage]:
    after = LATEST
    if params.cursor is not None:
        rated_at, ticket_id = place_at(params.cursor, int, int)
        after = RatingPosition(wire.Millis(rated_at), wire.TicketId(ticket_id))
    found = snapshot.ratings.iterate(RatingQuery(params.score, params.agent), after)
    page = fill_page(found, lambda rating: rating.model_dump_json().encode(), params.limit)
    cursor = None if page.last is None else cursor_at(page.last.rated_at, page.last.ticket_id)
    return Encoded.of(RatingPage, ratings=page.json, next_cursor=cursor)
