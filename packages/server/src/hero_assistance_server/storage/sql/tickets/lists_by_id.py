"""Lists of tickets by their ids, oldest first: a ticket that changes meanwhile keeps its place, so that none is missed.

A list of few tickets is read as a whole and put in order. The tickets of a longer one are found on a bounded walk
through all of them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import texts
from hero_assistance_server.storage.sql.tickets.ticket_columns import LISTED_COLUMNS
from hero_assistance_server.storage.sql.tickets.ticket_lists import (
    WALK_LIMIT,
    Query,
    build_conditions,
    build_page,
    rarest_scopes,
)
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.repository import ListPage, Position

_ORDER = "ORDER BY ticket_id LIMIT ?"
_ALL = f"SELECT ticket_id FROM tickets WHERE ticket_id > ? {_ORDER}"  # noqa: S608
_LISTED = "SELECT ticket_id FROM listings WHERE scope = ? AND status = ? AND ticket_id > ?"
_PLACED = f"SELECT ticket_id FROM places WHERE user_id = ? AND ticket_id > ? {_ORDER}"  # noqa: S608
_COUNT_PLACES = "SELECT count(*) FROM (SELECT 1 FROM places WHERE user_id = ? LIMIT ?) AS placed"
_IS_PLACED = """EXISTS (SELECT 1 FROM places WHERE places.user_id = ?
    AND places.at = tickets.public_updated_at AND places.ticket_id = tickets.ticket_id)"""


def list_page(
    connection: Connection, query: ListQuery | None, after: TicketId, limit: int, *, seen_by: UserId | None = None
) -> ListPage:
    """Return the tickets of a list with greater ids than `after`; only what `seen_by` sees, if given."""
    terms, bindings = ([], []) if query is None else build_conditions(query, of_ticket=True)
    if seen_by is not None:
        terms, bindings = [_IS_PLACED, *terms], [seen_by, *bindings]
    walk = _walk(connection, query, after, seen_by, limit if query is None and seen_by is None else WALK_LIMIT)
    if walk is None:
        return ListPage([], None)
    page = build_page(walk, terms, bindings, limit, "walk.ticket_id")
    found = texts(connection, LISTED_COLUMNS, page.sql, page.bindings)
    return ListPage(found, None if len(found) == limit else _end(connection, walk))


def _walk(
    connection: Connection, query: ListQuery | None, after: TicketId, seen_by: UserId | None, limit: int
) -> Query | None:
    """Return the ids to look at, in order: those of a short list, or else of all tickets; `None` when there is none."""
    if seen_by is not None:
        few = connection.execute(_COUNT_PLACES, (seen_by, WALK_LIMIT + 1)).get <= WALK_LIMIT
        return Query(_PLACED, (seen_by, after, limit)) if few else Query(_ALL, (after, limit))
    scopes = {} if query is None else rarest_scopes(connection, query)
    if query is None or sum(scopes.values()) > WALK_LIMIT:
        return Query(_ALL, (after, limit))
    return _select_listed(scopes, after, limit) if scopes else None


def _select_listed(scopes: Collection[tuple[str, Status]], after: TicketId, limit: int) -> Query:
    bindings: list[Any] = []
    for scope, status in scopes:
        bindings += [scope, status.value, after]
    return Query(f"{' UNION ALL '.join([_LISTED] * len(scopes))} {_ORDER}", (*bindings, limit))


def _end(connection: Connection, walk: Query) -> Position | None:
    """Return where a walk was cut off; `None` when it came to the end."""
    limit = walk.bindings[-1]
    last = connection.execute(
        f"SELECT ticket_id FROM ({walk.sql}) AS walk LIMIT 1 OFFSET ?",  # noqa: S608
        (*walk.bindings, limit - 1),
    ).fetchone()
    return Position(Millis(0), TicketId(last[0])) if last else None
