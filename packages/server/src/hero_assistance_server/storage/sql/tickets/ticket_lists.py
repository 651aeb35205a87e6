"""Lists of tickets by last activity: for every query a range of one index, and a bounded walk within it.

The walk goes through the rarest scope that is asked for, as the tallies know it, with one branch for each status;
SQLite merges the branches in order, which its joins keep. Every other condition is one look-up for each ticket on the
way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import texts
from hero_assistance_server.storage.sql.tickets import list_index
from hero_assistance_server.storage.sql.tickets.ticket_columns import LISTED_COLUMNS, TABLES
from hero_assistance_server.ticket_lists import list_index as scopes
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.repository import START, ListCount, ListPage, Position
from hero_assistance_server.timestamps import millis

# One look costs 2 to 5 µs: a page that finds nothing in so many says so within 10 ms, and where to go on.
WALK_LIMIT = 2000

# PostgreSQL takes a LIMIT that is a value for a tenth of all rows. Without a number within, the plan that it could keep
# looks dearer than one for each page, and a page takes longer to be planned than to be read.
_ALL = f"""FROM /*!(SELECT * FROM*/ tickets /*!WHERE (updated_at, ticket_id) < (?1, ?2)
        ORDER BY updated_at DESC, ticket_id DESC LIMIT {{most}}) AS tickets*/
    {TABLES.removeprefix("FROM tickets")} WHERE (updated_at, ticket_id) < (?1, ?2)
    ORDER BY updated_at DESC, ticket_id DESC LIMIT ?3"""
# More than a page has.
_PAGE = 256
_ALL_PLACED = """FROM places CROSS JOIN tickets ON tickets.ticket_id = places.ticket_id
    JOIN users ON users.user_id = tickets.customer
    WHERE places.user_id = ? AND (at, places.ticket_id) < (?, ?)
    ORDER BY at DESC, places.ticket_id DESC LIMIT ?"""
_LISTED = """SELECT at, ticket_id, status FROM listings
    WHERE scope = ? AND status = ? AND (at, ticket_id) < (?, ?)"""
# PostgreSQL merges branches that say their order, and would else read and sort all that they have.
_BRANCH = f"/*! (*/{_LISTED}/*! ORDER BY at DESC, ticket_id DESC LIMIT {WALK_LIMIT})*/"
_PLACED = "SELECT at, ticket_id FROM places WHERE user_id = ? AND (at, ticket_id) < (?, ?)"
_ORDER = "ORDER BY at DESC, ticket_id DESC LIMIT ?"
_TABLES = """CROSS JOIN tickets ON tickets.ticket_id = walk.ticket_id
    JOIN users ON users.user_id = tickets.customer"""
# Of a walk through listings this is known before the ticket is read, which is somewhere else on the disk. An OFFSET
# keeps PostgreSQL from reading a whole scope to join it: a page asks for a few.
_IN_SCOPE = """EXISTS (SELECT 1 FROM listings WHERE scope = ? AND listings.status = {status}
    AND listings.at = {at} AND listings.ticket_id = walk.ticket_id/*! OFFSET 0*/)"""
_OF_WALK = _IN_SCOPE.format(status="walk.status", at="walk.at")
_OF_TICKET = _IN_SCOPE.format(status="tickets.status", at="tickets.updated_at")

# Now, and never for a ticket that nothing was promised for.
_OVERDUE = """(tickets.first_response_due <= CAST(unixepoch('subsec') * 1000 AS BIGINT)
    AND tickets.first_response_at IS NULL AND tickets.status NOT IN ('solved', 'closed')) IS TRUE"""
# The terms of a `ListQuery.overdue`.
OVERDUE_TERMS: dict[bool | None, list[str]] = {None: [], True: [_OVERDUE], False: [f"NOT ({_OVERDUE})"]}


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a query and its bindings."""

    sql: str
    bindings: tuple[Any, ...]


def list_page(
    connection: Connection, query: ListQuery | None, after: Position, limit: int, *, seen_by: UserId | None = None
) -> ListPage:
    """Return the tickets of a list, the latest activity first, behind `after`; only what `seen_by` sees, if given."""
    if query is None:
        all_ = _ALL.format(most=max(limit, _PAGE))
        statement, owner = (all_, ()) if seen_by is None else (_ALL_PLACED, (seen_by,))
        return ListPage(texts(connection, LISTED_COLUMNS, statement, (*owner, after.at, after.ticket_id, limit)), None)
    walk = _walk(connection, query, after, seen_by)
    if walk is None:
        return ListPage([], None)
    page = build_page_query(walk, query, seen_by, limit)
    found = texts(connection, LISTED_COLUMNS, page.sql, page.bindings)
    return ListPage(found, None if len(found) == limit else end_of(connection, walk))


def count(connection: Connection, query: ListQuery, cap: int) -> ListCount:
    """Return how many tickets staff find in a list: exactly where the tallies know it, else counted up to `cap`."""
    if query.counted_scope is not None:
        return ListCount(list_index.count(connection, query.counted_scope, query.statuses), or_more=False)
    walk = _walk(connection, query, START, None)
    if walk is None:
        return ListCount(0, or_more=False)
    page = build_page_query(walk, query, None, cap + 1)
    found: int = connection.execute(f"SELECT count(*) FROM (SELECT 1 {page.sql}) AS page", page.bindings).get  # noqa: S608
    return ListCount(min(found, cap), or_more=found > cap or end_of(connection, walk) is not None)


def build_page_query(walk: Query, query: ListQuery, seen_by: UserId | None, limit: int) -> Query:
    """Return what follows the columns: the tickets of the walk that match."""
    return build_page(walk, *build_conditions(query, of_ticket=seen_by is not None), limit)


def build_page(
    walk: Query, terms: list[str], bindings: list[Any], limit: int, order: str = "walk.at DESC, walk.ticket_id DESC"
) -> Query:
    """Return what follows the columns: the tickets of the walk that fit all of these terms, in the walk's order."""
    where = f"WHERE {' AND '.join(terms)}" if terms else ""
    return Query(
        f"FROM ({walk.sql}) AS walk {_TABLES} {where} /*! ORDER BY {order}*/ LIMIT ?",
        (*walk.bindings, *bindings, limit),
    )


def _walk(connection: Connection, query: ListQuery, after: Position, seen_by: UserId | None) -> Query | None:
    """Return the walk of this list; `None` when there is nothing to find."""
    place = (after.at, after.ticket_id)
    if seen_by is not None:
        return Query(f"{_PLACED} {_ORDER}", (seen_by, *place, WALK_LIMIT)) if query.statuses else None
    groups = _groups(query)
    if len(groups) == 1 and len(groups[0]) == 1:
        # The counters would only tell which branches are empty.
        (scope,) = groups[0]
        return walk_of(sorted((scope, status) for status in query.statuses), after)
    return walk_of(sorted(rarest_scopes(connection, query)), after)


def walk_of(branches: list[tuple[str, Status]], after: Position) -> Query | None:
    """Return the merged walk through these scopes and statuses; `None` without any."""
    if not branches:
        return None
    bindings: list[Any] = []
    for scope, status in branches:
        bindings += [scope, status.value, after.at, after.ticket_id]
    listed = _LISTED if len(branches) == 1 else " UNION ALL ".join([_BRANCH] * len(branches))
    return Query(f"{listed} {_ORDER}", (*bindings, WALK_LIMIT))


def rarest_scopes(connection: Connection, query: ListQuery) -> dict[tuple[str, Status], int]:
    """Return the scopes of the group with the fewest tickets, with the statuses that have any, and their counts."""
    groups = _groups(query)
    counts = list_index.count_each(connection, frozenset().union(*groups))
    counted = [
        {which: count for which, count in counts.items() if which[0] in group and which[1] in query.statuses}
        for group in groups
    ]
    return min(counted, key=lambda found: sum(found.values()))


def _groups(query: ListQuery) -> tuple[frozenset[str], ...]:
    """Return groups of scopes: a ticket is in one of each. Where the list asks for none, that of all tickets."""
    return query.within or (frozenset({scopes.ALL}),)


def build_conditions(query: ListQuery, *, of_ticket: bool) -> tuple[list[str], list[Any]]:
    """Return the terms of a list's conditions and their bindings.

    They are about the ticket, or about the entry of a walk through the scopes and statuses that the list asks for.
    """
    in_scope = _OF_TICKET if of_ticket else _OF_WALK
    terms: list[str] = []
    bindings: list[Any] = []
    if of_ticket and query.statuses != frozenset(Status):
        # An empty list is no SQL, though SQLite takes it.
        terms.append(f"tickets.status IN ({', '.join('?' * len(query.statuses)) or 'NULL'})")
        bindings += sorted(status.value for status in query.statuses)
    # The walk keeps to one group; to look again costs less than to tell which.
    for group in query.within if of_ticket or len(query.within) > 1 else ():
        terms.append(f"({' OR '.join([in_scope] * len(group))})")
        bindings += sorted(group)
    for scope in sorted(query.without):
        terms.append(f"NOT {in_scope}")
        bindings.append(scope)
    for day, comparison in ((query.since, ">="), (query.until, "<")):
        if day is not None:
            terms.append(f"tickets.created_at {comparison} ?")
            bindings.append(millis(day))
    return [*terms, *OVERDUE_TERMS[query.overdue]], bindings


def end_of(connection: Connection, walk: Query) -> Position | None:
    """Return the last place of a walk that was cut off; `None` when it came to the end."""
    last = connection.execute(
        f"SELECT at, ticket_id FROM ({walk.sql}) AS walk LIMIT 1 OFFSET ?",  # noqa: S608
        (*walk.bindings, walk.bindings[-1] - 1),
    ).fetchone()
    return Position(Millis(last[0]), TicketId(last[1])) if last else None
