"""Statistics in SQLite; `stats/model.py` says what each figure counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Status, TicketId
from hero_assistance_server.stats.model import DAY_MS, Day, Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets import list_index
from hero_assistance_server.ticket_lists.list_index import ALL
from hero_assistance_server.tickets.states import DONE

_NOT_DONE = frozenset(Status) - DONE
_COUNTED = (Figure.CREATED, Figure.FIRST_RESPONSE, Figure.SOLVED)
_DONE = "('solved', 'closed')"
# By how much a move of a status makes the backlog grow.
_GROWTH = f"sum((to_status NOT IN {_DONE}) - (from_status IS NOT NULL AND from_status NOT IN {_DONE}))"
# For each figure the tickets with when it happened, what it took, and the agent it is counted for.
_FACTS = {
    Figure.CREATED: """SELECT ticket_id, created_at AS at, 0 AS took, assignee AS agent FROM tickets
        WHERE created_at >= :start AND created_at < :end""",
    # The agent is the author; a part that was split off was answered before it was there.
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


@dataclass(frozen=True, slots=True)
class SqliteStats:
    """Implements `StatsRepository`."""

    session: Session

    def measure(self, figure: Figure, span: Span) -> Measure:
        """Count a figure and take its median and 90th percentile in one statement."""
        query = f"WITH facts AS ({_FACTS[figure]}), keyed AS (SELECT '' AS name, took FROM facts) {_MEASURE}"  # noqa: S608
        return _measures(self.session.complete, query, span).get("", Measure())

    def measure_by(self, figure: Figure, span: Span, key: Key) -> Mapping[str, Measure]:
        """Measure a figure for each agent or tag, in one statement."""
        query = f"WITH facts AS ({_FACTS[figure]}), keyed AS ({_KEYS[key]}) {_MEASURE}"
        return _measures(self.session.complete, query, span)

    def backlog(self, moment: Millis) -> int:
        """Take what the list index counts now, without the changes since the moment."""
        # What it is now, without what has happened since.
        connection = self.session.complete
        change = connection.execute(
            f"SELECT coalesce({_GROWTH}, 0) FROM status_changes WHERE changed_at >= ?",  # noqa: S608
            (moment,),
        ).get
        return list_index.count(connection, ALL, _NOT_DONE) - int(change)

    def list_days(self, span: Span) -> list[Day]:
        """Count each figure by day; the backlog is carried from one day to the next."""
        connection = self.session.complete
        counts = {figure: _count_by_day(connection, _FACTS[figure], span) for figure in _COUNTED}
        growth, days = _backlog_growth(connection, span), []
        backlog = self.backlog(span.start)
        for number in range((span.start + span.offset) // DAY_MS, (span.end - 1 + span.offset) // DAY_MS + 1):
            backlog += growth.get(number, 0)
            created, first_response, solved = (counts[figure].get(number, 0) for figure in _COUNTED)
            days.append(Day(Millis(number * DAY_MS - span.offset), created, first_response, solved, backlog))
        return days

    def list_tickets(self, figure: Figure, span: Span, only: Only, after: TicketId, limit: int) -> list[TicketId]:
        """Read the tickets of a figure by id, behind `after`; of one agent or tag if asked."""
        terms = ["ticket_id > :after"]
        if only.agent is not None:
            terms.append("agent = :agent")
        if only.tag is not None:
            terms.append(
                """EXISTS (SELECT 1 FROM tickets, json_each(tickets.tags)
                WHERE tickets.ticket_id = facts.ticket_id AND value = :tag)"""
            )
        rows = self.session.complete.execute(
            f"WITH facts AS ({_FACTS[figure]}) SELECT ticket_id FROM facts WHERE {' AND '.join(terms)} "  # noqa: S608
            "ORDER BY ticket_id LIMIT :limit",
            {**_bindings(span), "after": after, "agent": only.agent, "tag": only.tag, "limit": limit},
        )
        return [ticket_id for (ticket_id,) in rows]


def _bindings(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end}


def _measures(connection: apsw.Connection, query: str, span: Span) -> dict[str, Measure]:
    rows = connection.execute(query, _bindings(span))
    return {name: Measure(count, median, p90) for name, count, median, p90 in rows}


def _count_by_day(connection: apsw.Connection, query: str, span: Span) -> dict[int, int]:
    rows = connection.execute(
        f"SELECT (at + :offset) / {DAY_MS}, count(*) FROM ({query}) GROUP BY 1",  # noqa: S608
        {**_bindings(span), "offset": span.offset},
    )
    return {int(day): int(count) for day, count in rows}


def _backlog_growth(connection: apsw.Connection, span: Span) -> dict[int, int]:
    """Return by how much the backlog grew on each day."""
    rows = connection.execute(
        f"""SELECT (changed_at + :offset) / {DAY_MS}, {_GROWTH}
        FROM status_changes WHERE changed_at >= :start AND changed_at < :end GROUP BY 1""",  # noqa: S608
        {**_bindings(span), "offset": span.offset},
    )
    return {int(day): int(change) for day, change in rows}
