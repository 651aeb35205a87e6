"""The search index in SQLite: written in the transaction that changes a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.search.filters import Filter
from hero_assistance_server.search.search_document import (
    DOCUMENT_LIMIT,
    Question,
    document,
    facets_of,
    question,
    texts_of,
    up_to_characters,
)
from hero_assistance_server.storage.sqlite.bulk_insert import insert
from hero_assistance_server.storage.sqlite.repositories import messages
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets import tickets
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import maybe_millis, time_of
from hero_assistance_server.users.model import User

# Tickets of one transaction when a database of an earlier version is opened.
PORTION = 500

_INSERT = "INSERT OR REPLACE INTO search_index (rowid, public, notes, facets) VALUES {rows}"
_FIND = """SELECT search_index.rowid FROM search_index{join}
    WHERE search_index MATCH :expression AND search_index.rowid < :before{created}
    ORDER BY search_index.rowid DESC LIMIT :limit"""
_CREATED = " AND (:since IS NULL OR created_at >= :since) AND (:until IS NULL OR created_at < :until)"
_JOIN = " CROSS JOIN tickets ON tickets.ticket_id = search_index.rowid"


@dataclass(frozen=True, slots=True)
class SqliteSearch:
    """Implements `SearchRepository`."""

    session: Session

    def find(self, filter_: Filter, reader: User, before: int, limit: int) -> list[Ticket]:
        """Ask the full-text index by the expression that the filter stands for."""
        connection = self.session.complete
        return find(connection, question(filter_, reader, creation_range(connection)), before, limit)


def differs(before: Ticket, after: Ticket) -> bool:
    """Return whether the document of a ticket is another, its messages being the same."""
    return texts_of(before) != texts_of(after) or facets_of(before) != facets_of(after)


def index(connection: apsw.Connection, changed: Iterable[Ticket]) -> None:
    """Write the documents of these tickets, in place of the ones before.

    All of a transaction at once: at each savepoint the index writes what it has, and merges it later.
    """
    insert(connection, _INSERT, (_row(connection, ticket) for ticket in changed))


def catch_up(connection: apsw.Connection) -> int:
    """Write the documents that a database of an earlier version lacks; returns how many.

    Each portion is a transaction: a start that was interrupted continues where it was.
    """
    written = 0
    first = (connection.execute("SELECT rowid FROM search_index ORDER BY rowid DESC LIMIT 1").get or 0) + 1
    for start in range(first, tickets.next_id(connection), PORTION):
        with connection:
            numbers = range(start, start + PORTION)
            found = [tickets.find(connection, TicketId(number)) for number in numbers]
            missing = [ticket for ticket in found if ticket is not None]
            index(connection, missing)
            written += len(missing)
    return written


def find(connection: apsw.Connection, asked: Question, before: int, limit: int) -> list[Ticket]:
    """Return the tickets that match, newest first, with ids less than `before`."""
    by_day = asked.since is not None or asked.until is not None
    rows: Iterable[tuple[Any, ...]] = connection.execute(
        _FIND.format(join=_JOIN if by_day else "", created=_CREATED if by_day else ""),
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


def creation_range(connection: apsw.Connection) -> tuple[datetime, datetime]:
    """Return when the first and the last ticket were created; the start of 1970 when there is none."""
    first = connection.execute("SELECT min(created_at) FROM tickets").get
    last = connection.execute("SELECT max(created_at) FROM tickets").get
    return time_of(first or 0), time_of(last or 0)


def _row(connection: apsw.Connection, ticket: Ticket) -> tuple[int, str, str, str]:
    thread: list[Message] = []
    if ticket.reply_count or ticket.note_count:
        newest = messages.iterate_newest(connection, ticket.ticket_id, notes=True)
        thread += up_to_characters(newest, DOCUMENT_LIMIT)
    made = document(ticket, thread)
    return (ticket.ticket_id, made.public, made.notes, made.facets)
