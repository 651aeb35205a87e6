"""Figures over a span of time, each with the tickets that it counts.

created          tickets filed in the span
first_response   tickets first answered in the span; it took from filing to the answer
solved           tickets solved or closed in the span, once each, by their last time; it took from filing to then.
                 Those that were closed by being merged count on the other ticket alone
backlog          tickets that were neither solved nor closed at a moment
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.storage.sqlite import list_index
from hero_assistance_server.tickets.list_index import ALL
from hero_assistance_server.tickets.states import DONE

DAY_MS = 86_400_000
_NOT_DONE = frozenset(Status) - DONE


class Figure(StrEnum):
    """What can be counted, and listed."""

    CREATED = "created"
    FIRST_RESPONSE = "first_response"
    SOLVED = "solved"
    BACKLOG = "backlog"


class Key(StrEnum):
    """By what figures are told apart."""

    AGENT = "agent"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`; days begin `offset` milliseconds before those of UTC."""

    start: Millis
    end: Millis
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """How many, and how long it took: half of them not longer than `median`, nine of ten not than `p90`."""

    count: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a span: what happened, and the backlog at its end."""

    start: Millis
    created: int
    first_response: int
    solved: int
    backlog: int


@dataclass(frozen=True, slots=True)
class Only:
    """Which tickets of a figure are wanted; `None` does not matter."""

    agent: UserId | None = None
    tag: str | None = None


_DONE = "('solved', 'closed')"
# By how much a move of a status makes the backlog grow.
_GROWTH = f"sum((to_status NOT IN {_DONE}) - (from_status IS NOT NULL AND from_status NOT IN {_DONE}))"
# For each figure the tickets with when it happened, what it took, and the agent it is counted for.
_FACTS = {
    Figure.CREATED: """SELECT ticket_id, created_at AS at, 0 AS took, assignee AS agent FROM tickets
        WHERE created_at >= :start AND created_at < :end""",
    # Whoever wrote it; a part that was split off was answered before it was there.
    Figure.FIRST_RESPONSE: """SELECT ticket_id, first_response_at AS at, first_response_at - created_at AS took,
        (SELECT author FROM messages WHERE messages.ticket_id = tickets.ticket_id AND kind = 'reply'
            AND messages.created_at = first_response_at AND author <> customer
            AND NOT EXISTS (SELECT 1 FROM json_each(collaborators) WHERE value = author)
            ORDER BY message_id LIMIT 1) AS agent
        FROM tickets WHERE first_response_at >= :start AND first_response_at < :end
        AND first_response_at >= created_at""",
    Figure.SOLVED: f"""SELECT ticket_id, changed_at AS at, changed_at - created_at AS took, changed_by AS agent FROM
        (SELECT ticket_id, changed_at, created_at, changed_by,
            row_number() OVER (PARTITION BY ticket_id ORDER BY changed_at DESC, change_id DESC) AS place
        FROM status_changes JOIN tickets USING (ticket_id)
        WHERE changed_at >= :start AND changed_at < :end AND merged_into IS NULL
        AND to_status IN {_DONE} AND coalesce(from_status, 'new') NOT IN {_DONE}) WHERE place = 1""",  # noqa: S608
    Figure.BACKLOG: f"""SELECT ticket_id, :end AS at, 0 AS took, assignee AS agent FROM tickets
        WHERE created_at < :end AND (SELECT {_GROWTH} FROM status_changes
            WHERE status_changes.ticket_id = tickets.ticket_id AND changed_at < :end) > 0""",  # noqa: S608
}
_KEYS = {
    Key.AGENT: "SELECT agent AS name, facts.* FROM facts JOIN users ON user_id = agent WHERE role <> 'customer'",
    Key.TAG: """SELECT value AS name, facts.* FROM facts JOIN tickets USING (ticket_id)
        JOIN json_each(tickets.tags)""",
}
# Nearest rank: of n values in order the one at n/2, or at 9n/10, rounded up.
_MEASURE = """SELECT name, n, max(took) FILTER (WHERE place = (n + 1) / 2),
    max(took) FILTER (WHERE place = (9 * n + 9) / 10) FROM
    (SELECT name, took, row_number() OVER (PARTITION BY name ORDER BY took) AS place,
        count(*) OVER (PARTITION BY name) AS n FROM keyed) GROUP BY name"""


def overall(connection: apsw.Connection, figure: Figure, span: Span) -> Measure:
    """A figure of the whole project."""
    query = f"WITH facts AS ({_FACTS[figure]}), keyed AS (SELECT '' AS name, took FROM facts) {_MEASURE}"  # noqa: S608
    return _measures(connection, query, span).get("", Measure())


def by_key(connection: apsw.Connection, figure: Figure, span: Span, key: Key) -> Mapping[str, Measure]:
    """A figure of each agent, or of each tag that a ticket has now."""
    query = f"WITH facts AS ({_FACTS[figure]}), keyed AS ({_KEYS[key]}) {_MEASURE}"
    return _measures(connection, query, span)


def backlog(connection: apsw.Connection, moment: Millis) -> int:
    """The backlog right before a moment: what it is now, without what has happened since."""
    change = connection.execute(
        f"SELECT coalesce({_GROWTH}, 0) FROM status_changes WHERE changed_at >= ?",  # noqa: S608
        (moment,),
    ).get
    return list_index.count(connection, ALL, _NOT_DONE) - int(change)


def by_day(connection: apsw.Connection, span: Span) -> list[Day]:
    """Each day that a span touches; its first and last count only as far as they are in the span."""
    counts = {figure: _per_day(connection, _FACTS[figure], span) for figure in _COUNTED}
    left, days = _moves(connection, span), []
    standing = backlog(connection, span.start)
    for number in range((span.start + span.offset) // DAY_MS, (span.end - 1 + span.offset) // DAY_MS + 1):
        standing += left.get(number, 0)
        created, first_response, solved = (counts[figure].get(number, 0) for figure in _COUNTED)
        days.append(Day(Millis(number * DAY_MS - span.offset), created, first_response, solved, standing))
    return days


def tickets(
    connection: apsw.Connection, figure: Figure, span: Span, only: Only, after: TicketId, limit: int
) -> list[TicketId]:
    """The tickets that a figure counts, by id, behind `after`."""
    terms = ["ticket_id > :after"]
    if only.agent is not None:
        terms.append("agent = :agent")
    if only.tag is not None:
        terms.append(
            """EXISTS (SELECT 1 FROM tickets, json_each(tickets.tags)
            WHERE tickets.ticket_id = facts.ticket_id AND value = :tag)"""
        )
    rows = connection.execute(
        f"WITH facts AS ({_FACTS[figure]}) SELECT ticket_id FROM facts WHERE {' AND '.join(terms)} "  # noqa: S608
        "ORDER BY ticket_id LIMIT :limit",
        {**_bindings(span), "after": after, "agent": only.agent, "tag": only.tag, "limit": limit},
    )
    return [ticket_id for (ticket_id,) in rows]


_COUNTED = (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED)


def _bindings(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end}


def _measures(connection: apsw.Connection, query: str, span: Span) -> dict[str, Measure]:
    rows = connection.execute(query, _bindings(span))
    return {name: Measure(count, median, p90) for name, count, median, p90 in rows}


def _per_day(connection: apsw.Connection, query: str, span: Span) -> dict[int, int]:
    rows = connection.execute(
        f"SELECT (at + :offset) / {DAY_MS}, count(*) FROM ({query}) GROUP BY 1",  # noqa: S608
        {**_bindings(span), "offset": span.offset},
    )
    return {int(day): int(count) for day, count in rows}


def _moves(connection: apsw.Connection, span: Span) -> dict[int, int]:
    """By how much the backlog grew on each day."""
    rows = connection.execute(
        f"""SELECT (changed_at + :offset) / {DAY_MS}, {_GROWTH}
        FROM status_changes WHERE changed_at >= :start AND changed_at < :end GROUP BY 1""",  # noqa: S608
        {**_bindings(span), "offset": span.offset},
    )
    return {int(day): int(change) for day, change in rows}
