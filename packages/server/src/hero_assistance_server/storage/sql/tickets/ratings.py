"""Ratings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import Millis, Rating, Score, TicketId
from hero_assistance_server.ratings.model import LATEST, RatingCount, RatingPosition, RatingQuery
from hero_assistance_server.stats.model import Key, Span
from hero_assistance_server.storage.sql.session import StorageSession

_COLUMNS = "ticket_id, solved_at, user_id, score, comment, agent, rated_at"
# Of an agent, or of all: each has an index in this order.
LIST, LIST_OF_AGENT = (
    f"""SELECT {_COLUMNS} FROM ratings WHERE (rated_at, ticket_id) < (:at, :ticket)
    AND (:score/*!::text*/ IS NULL OR score = :score) {of_agent} ORDER BY rated_at DESC, ticket_id DESC"""  # noqa: S608
    for of_agent in ("", "AND agent = :agent")
)
_SAVE = f"""INSERT INTO ratings ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (ticket_id, solved_at) DO UPDATE SET user_id = excluded.user_id, score = excluded.score,
    comment = excluded.comment, agent = excluded.agent, rated_at = excluded.rated_at"""  # noqa: S608
_NAMES = {
    Key.AGENT: "SELECT agent AS name, score FROM given WHERE agent IS NOT NULL",
    Key.TAG: """SELECT value AS name, score FROM given JOIN tickets USING (ticket_id)
        JOIN json_each(tickets.tags) ON true""",
}
_GIVEN = "WITH given AS (SELECT ticket_id, agent, score FROM ratings WHERE rated_at >= :start AND rated_at < :end)"
_COUNTS = "count(*) FILTER (WHERE score = 'good'), count(*) FILTER (WHERE score = 'bad')"


@dataclass(frozen=True, slots=True)
class SqlRatings:
    """Implements `RatingRepository`; no row of its table ever waits, and each refers to a ticket, which may."""

    session: StorageSession

    def find(self, ticket_id: TicketId, solved_at: Millis) -> Rating | None:
        """Read the row of one solving."""
        row = self.session.direct.execute(
            f"SELECT {_COLUMNS} FROM ratings WHERE ticket_id = ? AND solved_at = ?",  # noqa: S608
            (ticket_id, solved_at),
        ).fetchone()
        return _to_rating(row) if row else None

    def list_of_ticket(self, ticket_id: TicketId, limit: int) -> list[Rating]:
        """Read the rows of a ticket backwards."""
        rows = self.session.direct.execute(
            f"SELECT {_COLUMNS} FROM ratings WHERE ticket_id = ? ORDER BY solved_at DESC LIMIT ?",  # noqa: S608
            (ticket_id, limit),
        )
        return [_to_rating(row) for row in rows]

    def iterate(self, query: RatingQuery, after: RatingPosition = LATEST) -> Iterator[Rating]:
        """Walk the index by time backwards, or that of an agent."""
        score = None if query.score is None else query.score.value
        bindings = {"at": after.rated_at, "ticket": after.ticket_id, "score": score}
        if query.agent is None:
            return map(_to_rating, self.session.walk(self.session.direct, LIST, bindings))
        walk = self.session.walk(self.session.direct, LIST_OF_AGENT, {**bindings, "agent": query.agent})
        return map(_to_rating, walk)

    def count(self, span: Span) -> RatingCount:
        """Count a range of the index by time."""
        rows = self.session.direct.execute(f"{_GIVEN} SELECT {_COUNTS} FROM given", _bindings(span))  # noqa: S608
        return RatingCount(*next(rows))

    def count_by(self, span: Span, key: Key) -> Mapping[str, RatingCount]:
        """Count a range of the index by time for each agent or tag."""
        rows = self.session.with_tickets.execute(
            f"{_GIVEN}, named AS ({_NAMES[key]}) SELECT name, {_COUNTS} FROM named GROUP BY name",  # noqa: S608
            _bindings(span),
        )
        return {str(name): RatingCount(good, bad) for name, good, bad in rows}

    def save(self, rating: Rating) -> None:
        """Insert the row of a solving, or update it."""
        self.session.with_tickets.execute(
            _SAVE,
            (
                rating.ticket_id,
                rating.solved_at,
                rating.user_id,
                rating.score.value,
                rating.comment,
                rating.agent,
                rating.rated_at,
            ),
        )


def _bindings(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end}


def _to_rating(row: tuple[Any, ...]) -> Rating:
    ticket_id, solved_at, user_id, score, comment, agent, rated_at = row
    return Rating(
        ticket_id=ticket_id,
        solved_at=solved_at,
        user_id=user_id,
        score=Score(score),
        comment=comment,
        agent=agent,
        rated_at=rated_at,
    )
