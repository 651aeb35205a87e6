"""Implements `SearchRepository` on the search index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.search.filters import Filter
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.search.expression import FullTextQuery, find_full_text_query
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sql.tickets.ticket_lists import OVERDUE_TERMS
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import maybe_millis
from hero_assistance_server.users.model import User

_FIND = """SELECT search_index.rowid FROM search_index{join}
    WHERE search_index MATCH :expression AND search_index.rowid < :before{created}
    ORDER BY search_index.rowid DESC LIMIT :limit"""
_CREATED = " AND (:since IS NULL OR created_at >= :since) AND (:until IS NULL OR created_at < :until)"
_JOIN = " CROSS JOIN tickets ON tickets.ticket_id = search_index.rowid"


@dataclass(frozen=True, slots=True)
class SqliteSearch:
    """Implements `SearchRepository`."""

    session: SqliteSession

    def find(self, filter_: Filter, reader: User, before: int, limit: int) -> list[Ticket]:
        """Tickets that match and were filed before this id, the latest first."""
        connection = self.session.complete
        query = find_full_text_query(connection, filter_, reader)
        return [] if query is None else find(connection, query, before, limit)

    def count_missing(self) -> int:
        """How many tickets the index has still to take in."""
        return rebuild.count_missing(self.session.direct)

    def index_missing(self) -> int:
        """Take a portion of them in, and return how many."""
        return rebuild.index_portion(self.session.complete)


def find(connection: Connection, asked: FullTextQuery, before: int, limit: int) -> list[Ticket]:
    """Return the tickets that match, newest first, with ids less than `before`."""
    by_day = asked.since is not None or asked.until is not None
    overdue = "".join(f" AND {term}" for term in OVERDUE_TERMS[asked.overdue])
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        _FIND.format(join=_JOIN if by_day or overdue else "", created=(_CREATED if by_day else "") + overdue),
        {
            "expression": asked.expression,
            "before": before,
            "limit": limit,
            "since": maybe_millis(asked.since),
            "until": maybe_millis(asked.until),
        },
    )
    found = [tickets.find(connection, TicketId(ticket_id)) for (ticket_id,) in list(rows)]
    return [ticket for ticket in found if ticket is not None]
