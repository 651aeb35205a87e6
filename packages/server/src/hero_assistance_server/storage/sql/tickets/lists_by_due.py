"""Lists of tickets by when their first answer is due, the soonest first: a range of an index that has those alone."""

from __future__ import annotations

from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import texts
from hero_assistance_server.storage.sql.tickets.ticket_columns import LISTED_COLUMNS
from hero_assistance_server.storage.sql.tickets.ticket_lists import (
    WALK_LIMIT,
    Query,
    build_conditions,
    build_page,
    end_of,
)
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.repository import ListPage, Position

# As the index has it, which `list_index.AWAITING` counts.
_WALK = """SELECT first_response_due AS at, ticket_id FROM tickets
    WHERE first_response_due IS NOT NULL AND first_response_at IS NULL AND status NOT IN ('solved', 'closed')
    AND (first_response_due, ticket_id) > (?, ?) ORDER BY first_response_due, ticket_id LIMIT ?"""


def list_page(connection: Connection, query: ListQuery | None, after: Position, limit: int) -> ListPage:
    """Return the tickets of a list that await their first answer, behind `after`."""
    walk = Query(_WALK, (after.at, after.ticket_id, limit if query is None else WALK_LIMIT))
    terms, bindings = ([], []) if query is None else build_conditions(query, of_ticket=True)
    page = build_page(walk, terms, bindings, limit, "walk.at, walk.ticket_id")
    found = texts(connection, LISTED_COLUMNS, page.sql, page.bindings)
    return ListPage(found, None if len(found) == limit else end_of(connection, walk))
