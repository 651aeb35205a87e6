"""Compares agents and tags by their figures, and finds the tickets behind a figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.ratings.model import RatingCount
from hero_assistance_server.stats.model import Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import visible_ticket

# Of a project with more tags, those that were used most.
ROWS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one agent or tag."""

    name: str
    created: int
    first_response: Measure
    solved: Measure
    ratings: RatingCount


def compare(snapshot: Snapshot, span: Span, key: Key) -> list[Row]:
    """Return the figures of each agent or tag, those with the most tickets first; at most `ROWS_LIMIT`."""
    figures = (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED)
    created, answered, solved = (snapshot.stats.measure_by(figure, span, key) for figure in figures)
    ratings, none, unrated = snapshot.ratings.count_by(span, key), Measure(), RatingCount()
    rows = [
        Row(
            name,
            created.get(name, none).count,
            answered.get(name, none),
            solved.get(name, none),
            ratings.get(name, unrated),
        )
        for name in created.keys() | answered.keys() | solved.keys() | ratings.keys()
    ]
    rows.sort(key=lambda row: (-row.created - row.first_response.count - row.solved.count, row.name))
    return rows[:ROWS_LIMIT]


def list_tickets(
    snapshot: Snapshot, caller: Caller, figure: Figure, span: Span, *, only: Only, after: TicketId, limit: int
) -> Iterator[Ticket]:
    """Yield the tickets that a figure counts, by id behind `after`, each read when it is asked for."""
    found = snapshot.stats.list_tickets(figure, span, only, after, limit)
    return (visible_ticket(snapshot, caller, ticket_id) for ticket_id in found)
