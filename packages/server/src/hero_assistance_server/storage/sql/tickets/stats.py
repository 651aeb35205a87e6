"""Statistics; `stats/model.py` says what each figure counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import Millis, Status, TicketId
from hero_assistance_server.stats.model import Day, Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.storage.sql.tickets import list_index
from hero_assistance_server.ticket_lists.list_index import ALL, MERGED
from hero_assistance_server.tickets.states import DONE
from hero_assistance_server.time_zones import DAY_MS, day_number, offsets_within, start_of_day

_NOT_DONE = frozenset(Status) - DONE
_TIMED = (Figure.FIRST_RESPONSE, Figure.SOLVED)
_DONE = "('solved', 'closed')"
# By how much a move of a status makes the backlog grow.
_GROWTH = (
    f"sum(CAST(to_status NOT IN {_DONE} AS INTEGER)"
    f" - CAST(from_status IS NOT NULL AND from_status NOT IN {_DONE} AS INTEGER))"
)
# The changes of a span, and those among them of tickets that were merged into others, which count nowhere.
_CHANGES = (
    "FROM status_changes WHERE changed_at >= :start AND changed_at < :end",
    f"""FROM listings CROSS JOIN status_changes ON status_changes.ticket_id = listings.ticket_id
        WHERE scope = '{MERGED}' AND changed_at >= :start AND changed_at < :end""",
)
# After every change.
_NEVER = 2**62
# For each figure the tickets with when it happened, what it took, and the agent it is counted for.
_FACTS = {
    Figure.CREATED: """SELECT ticket_id, created_at AS at, 0 AS took, assignee AS agent FROM tickets
        WHERE created_at >= :start AND created_at < :end AND merged_into IS NULL""",
    # The agent is the author; a part that was split off was answered before it was there.
    Figure.FIRST_RESPONSE: """SELECT ticket_id, first_response_at AS at, first_response_at - created_at AS took,
        (SELECT author FROM messages WHERE messages.ticket_id = tickets.ticket_id AND kind = 'reply'
            AND messages.created_at = first_response_at AND author <> customer
            AND NOT EXISTS (SELECT 1 FROM json_each(collaborators) WHERE value = author)
            ORDER BY message_id LIMIT 1) AS agent
        FROM tickets WHERE first_response_at >= :start AND first_response_at < :end
        AND first_response_at >= created_at AND merged_into IS NULL""",
    Figure.SOLVED: f"""SELECT ticket_id, changed_at AS at, changed_at - created_at AS took, changed_by AS agent FROM
        (SELECT ticket_id, changed_at, created_at, changed_by,
            row_number() OVER (PARTITION BY ticket_id ORDER BY changed_at DESC, change_id DESC) AS place
        FROM status_changes JOIN tickets USING (ticket_id)
        WHERE changed_at >= :start AND changed_at < :end AND merged_into IS NULL
        AND to_status IN {_DONE} AND coalesce(from_status, 'new') NOT IN {_DONE}) AS solved WHERE place = 1""",  # noqa: S608
    Figure.BACKLOG: f"""SELECT ticket_id, :end AS at, 0 AS took, assignee AS agent FROM tickets
        WHERE created_at < :end AND merged_into IS NULL AND (SELECT {_GROWTH} FROM status_changes
            WHERE status_changes.ticket_id = tickets.ticket_id AND changed_at < :end) > 0""",  # noqa: S608
}
_KEYS = {
    Key.AGENT: "SELECT agent AS name, facts.* FROM facts JOIN users ON user_id = agent WHERE role <> 'customer'",
    Key.TAG: """SELECT value AS name, facts.* FROM facts JOIN tickets USING (ticket_id)
        JOIN json_each(tickets.tags) ON true""",
}
# Nearest rank: of n values in order the one at n/2, or at 9n/10, rounded up.
_MEASURE = """SELECT name, max(n), max(took) FILTER (WHERE place = (n + 1) / 2),
    max(took) FILTER (WHERE place = (9 * n + 9) / 10) FROM
    (SELECT name, took, row_number() OVER (PARTITION BY name ORDER BY took) AS place,
        count(*) OVER (PARTITION BY name) AS n FROM keyed) AS ranked GROUP BY name"""


@dataclass(frozen=True, slots=True)
class SqlStats:
    """Implements `StatsRepository`."""

    session: StorageSession

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
        bindings = {"start": moment, "end": _NEVER}
        change, of_merged = (
            int(connection.execute(f"SELECT coalesce({_GROWTH}, 0) {changes}", bindings).get) for changes in _CHANGES
        )
        return list_index.count(connection, ALL, _NOT_DONE) - change + of_merged

    def list_days(self, span: Span, days_each: int = 1) -> list[Day]:
        """Count each figure by day; the backlog is carried from one day to the next."""
        connection = self.session.complete
        created = _count_by_day(connection, _FACTS[Figure.CREATED], span)
        timed = [_measure_groups(connection, _FACTS[figure], span, days_each) for figure in _TIMED]
        growth, days = _backlog_growth(connection, span), []
        backlog = self.backlog(span.start)
        for group, numbers in _groups(span, days_each):
            backlog += sum(growth.get(number, 0) for number in numbers)
            filed = sum(created.get(number, 0) for number in numbers)
            answered, solved = (groups.get(group, Measure()) for groups in timed)
            # A zone may have left out a day.
            starts = (start_of_day(number, span.zone) for number in numbers)
            start = next((start for start in starts if start is not None), None)
            if start is not None:
                days.append(Day(start, filed, answered.count, solved.count, backlog, answered.median, solved.median))
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


def _measures(connection: Connection, query: str, span: Span) -> dict[Any, Measure]:
    rows = connection.execute(query, _bindings(span))
    return {name: Measure(count, median, p90) for name, count, median, p90 in rows}


def _count_by_day(connection: Connection, query: str, span: Span) -> dict[int, int]:
    return _by_day(connection, f"SELECT {_day('at', span)}, count(*) FROM ({query}) AS facts GROUP BY 1", span)  # noqa: S608


def _groups(span: Span, days_each: int) -> Iterator[tuple[int, range]]:
    """Yield the days of a span in groups, with the number of each from the last one, which is 0."""
    first, last = day_number(span.start, span.zone), day_number(span.end - 1, span.zone)
    for group in range((last - first) // days_each, -1, -1):
        end = last - group * days_each
        yield group, range(max(first, end - days_each + 1), end + 1)


def _measure_groups(connection: Connection, query: str, span: Span, days_each: int) -> dict[int, Measure]:
    """Return how often a figure happened and how long it took, by the number of each group of days."""
    group = f"({day_number(span.end - 1, span.zone)} - {_day('at', span)}) / {days_each}"
    found = f"WITH facts AS ({query}), keyed AS (SELECT {group} AS name, took FROM facts) {_MEASURE}"  # noqa: S608
    return {int(name): measure for name, measure in _measures(connection, found, span).items()}


def _backlog_growth(connection: Connection, span: Span) -> Counter[int]:
    """Return by how much the backlog grew on each day."""
    day = _day("changed_at", span)
    found, of_merged = (
        _by_day(connection, f"SELECT {day}, {_GROWTH} {changes} GROUP BY 1", span) for changes in _CHANGES
    )
    growth = Counter(found)
    growth.subtract(of_merged)
    return growth


def _by_day(connection: Connection, query: str, span: Span) -> dict[int, int]:
    rows: Iterable[tuple[Any, ...]] = connection.execute(query, _bindings(span))
    return {int(day): int(number) for day, number in rows}


def _day(column: str, span: Span) -> str:
    """Return the expression of the day that a moment of the span is in, in days since 1970 of its zone."""
    (_, first), *changes = offsets_within(span.start, span.end, span.zone)
    offset = str(first)
    if changes:
        # The last change that is not behind the moment.
        later = " ".join(f"WHEN {column} >= {at} THEN {new}" for at, new in reversed(changes))
        offset = f"CASE {later} ELSE {first} END"
    return f"({column} + {offset}) / {DAY_MS}"
