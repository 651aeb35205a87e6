"""Lists of tickets by last activity: a range of one index, whatever is asked for, and a bounded walk within it.

The walk goes through the rarest scope that is asked for, as the tallies know it, with one branch for each status;
SQLite merges the branches in order. Every other condition is one look-up for each ticket on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.storage.sqlite import list_index
from hero_assistance_server.storage.sqlite.json_rows import texts
from hero_assistance_server.storage.sqlite.tickets import COLUMNS, START, Position
from hero_assistance_server.tickets import list_index as scopes
from hero_assistance_server.tickets.list_query import ListQuery
from hero_assistance_server.timestamps import millis

# One look costs 2 to 5 µs: a page that finds nothing in so many says so within 10 ms, and where to go on.
WALK_LIMIT = 2000

_LISTED = """SELECT at, ticket_id, status FROM listings
    WHERE scope = ? AND status = ? AND (at, ticket_id) < (?, ?)"""
_PLACED = "SELECT at, ticket_id FROM places WHERE user_id = ? AND (at, ticket_id) < (?, ?)"
_ORDER = "ORDER BY at DESC, ticket_id DESC LIMIT ?"
_TABLES = """CROSS JOIN tickets ON tickets.ticket_id = walk.ticket_id
    JOIN users ON users.user_id = tickets.customer"""
# Of a walk through listings this is known before the ticket is read, which is somewhere else on the disk.
_IN_SCOPE = """EXISTS (SELECT 1 FROM listings WHERE scope = ? AND listings.status = {status}
    AND listings.at = {at} AND listings.ticket_id = walk.ticket_id)"""
_OF_WALK = _IN_SCOPE.format(status="walk.status", at="walk.at")
_OF_TICKET = _IN_SCOPE.format(status="tickets.status", at="tickets.updated_at")


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a query and its bindings."""

    sql: str
    bindings: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as texts; `walked` is where the walk ended that did not fill the page, `None` when it came to the end."""

    rows: list[str]
    walked: Position | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets there are; with `or_more`, at least so many."""

    count: int
    or_more: bool


def page(
    connection: apsw.Connection, sought: ListQuery, after: Position, limit: int, *, outside: UserId | None = None
) -> Page:
    """The tickets that fit, newest first, older than `after`; only those that `outside` sees, if given."""
    walk = _walk(connection, sought, after, outside)
    if walk is None:
        return Page([], None)
    query = shown(walk, sought, outside, limit)
    found = texts(connection, COLUMNS, query.sql, query.bindings)
    return Page(found, None if len(found) == limit else _end(connection, walk))


def count(connection: apsw.Connection, sought: ListQuery, cap: int) -> Count:
    """How many tickets an agent finds: exactly where the tallies know it, else counted up to `cap`."""
    if sought.counted is not None:
        return Count(list_index.count(connection, sought.counted, sought.statuses), or_more=False)
    walk = _walk(connection, sought, START, None)
    if walk is None:
        return Count(0, or_more=False)
    query = shown(walk, sought, None, cap + 1)
    found: int = connection.execute(f"SELECT count(*) FROM (SELECT 1 {query.sql})", query.bindings).get  # noqa: S608
    return Count(min(found, cap), or_more=found > cap or _end(connection, walk) is not None)


def shown(walk: Query, sought: ListQuery, outside: UserId | None, limit: int) -> Query:
    """What follows the columns: the tickets of the walk that fit."""
    terms, bindings = _conditions(sought, outside)
    where = f"WHERE {' AND '.join(terms)}" if terms else ""
    return Query(f"FROM ({walk.sql}) AS walk {_TABLES} {where} LIMIT ?", (*walk.bindings, *bindings, limit))


def _walk(connection: apsw.Connection, sought: ListQuery, after: Position, outside: UserId | None) -> Query | None:
    """The walk of this list; `None` when there is nothing to find."""
    place = (after.updated_at, after.ticket_id)
    if outside is not None:
        return Query(f"{_PLACED} {_ORDER}", (outside, *place, WALK_LIMIT)) if sought.statuses else None
    return walk_of(_branches(connection, sought), after)


def walk_of(branches: list[tuple[str, Status]], after: Position) -> Query | None:
    """The merged walk through these scopes and statuses; `None` without any."""
    if not branches:
        return None
    bindings: list[Any] = []
    for scope, status in branches:
        bindings += [scope, status.value, after.updated_at, after.ticket_id]
    return Query(f"{' UNION ALL '.join([_LISTED] * len(branches))} {_ORDER}", (*bindings, WALK_LIMIT))


def _branches(connection: apsw.Connection, sought: ListQuery) -> list[tuple[str, Status]]:
    """The scopes of the group with the fewest tickets, with the statuses that have any."""
    groups = sought.within or (frozenset({scopes.ALL}),)
    counted = [_counts(connection, group, sought.statuses) for group in groups]
    fewest = min(counted, key=lambda counts: sum(counts.values()))
    return sorted(fewest)


def _counts(
    connection: apsw.Connection, group: frozenset[str], statuses: frozenset[Status]
) -> dict[tuple[str, Status], int]:
    found: dict[tuple[str, Status], int] = {}
    for scope in group:
        rows = connection.execute("SELECT status, count FROM tallies WHERE scope = ? AND count > 0", (scope,))
        found |= {(scope, Status(status)): number for status, number in rows if status in statuses}
    return found


def _conditions(sought: ListQuery, outside: UserId | None) -> tuple[list[str], list[Any]]:
    in_scope = _OF_WALK if outside is None else _OF_TICKET
    terms: list[str] = []
    bindings: list[Any] = []
    if outside is not None and sought.statuses != frozenset(Status):
        terms.append(f"tickets.status IN ({', '.join('?' * len(sought.statuses))})")
        bindings += sorted(status.value for status in sought.statuses)
    # The walk keeps to one group; to look again costs less than to tell which.
    for group in sought.within if outside is not None or len(sought.within) > 1 else ():
        terms.append(f"({' OR '.join([in_scope] * len(group))})")
        bindings += sorted(group)
    for scope in sorted(sought.without):
        terms.append(f"NOT {in_scope}")
        bindings.append(scope)
    for day, comparison in ((sought.since, ">="), (sought.until, "<")):
        if day is not None:
            terms.append(f"tickets.created_at {comparison} ?")
            bindings.append(millis(day))
    return terms, bindings


def _end(connection: apsw.Connection, walk: Query) -> Position | None:
    """The last place of a walk that was cut off; `None` when it came to the end."""
    last = connection.execute(
        f"SELECT at, ticket_id FROM ({walk.sql}) LIMIT 1 OFFSET ?",  # noqa: S608
        (*walk.bindings, WALK_LIMIT - 1),
    ).fetchone()
    return Position(Millis(last[0]), TicketId(last[1])) if last else None
