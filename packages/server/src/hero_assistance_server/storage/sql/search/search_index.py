"""The documents of the search index, written in the transaction that changes a ticket."""

from __future__ import annotations

from collections.abc import Iterable

from hero_assistance_server.messages.model import Message, up_to_characters
from hero_assistance_server.storage.sql.bulk_insert import insert
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.repositories import messages
from hero_assistance_server.storage.sql.search.document import DOCUMENT_LIMIT, document, facets_of, texts_of
from hero_assistance_server.tickets.model import Ticket

# Id, then the columns of a document.
IndexRow = tuple[int, str, str, str]

_INSERT = "INSERT OR REPLACE INTO search_index (rowid, public, notes, facets) VALUES {rows}"


def differs(before: Ticket, after: Ticket) -> bool:
    """Return whether the document of a ticket is another, its messages being the same."""
    return texts_of(before) != texts_of(after) or facets_of(before) != facets_of(after)


def index(connection: Connection, changed: Iterable[Ticket]) -> None:
    """Write the documents of these tickets, in place of the ones before.

    All of a transaction at once: at each savepoint the index writes what it has, and merges it later.
    """
    insert_rows(connection, (make_row(connection, ticket) for ticket in changed))


def insert_rows(connection: Connection, rows: Iterable[IndexRow]) -> None:
    """Write documents in place of the ones before."""
    insert(connection, _INSERT, rows)


def make_row(connection: Connection, ticket: Ticket) -> IndexRow:
    """Return the document of a ticket with its newest messages."""
    thread: list[Message] = []
    if ticket.reply_count or ticket.note_count:
        newest = messages.iterate_newest(connection, ticket.ticket_id)
        thread += up_to_characters(newest, DOCUMENT_LIMIT)
    made = document(ticket, thread)
    return (ticket.ticket_id, made.public, made.notes, made.facets)
