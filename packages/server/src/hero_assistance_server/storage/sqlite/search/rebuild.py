"""Indexes every ticket once more after the rules of words have changed, newest first, while the server runs.

Tickets that are changed meanwhile are indexed by their changes, so that nothing is lost: the rebuild indexes them again
as they are then. How far it is, is part of each transaction: it goes on after a restart.
"""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.search.tokenizer import WORDS_VERSION
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.search import search_index
from hero_assistance_server.storage.sql.search.index_portions import make_older_rows
from hero_assistance_server.storage.sql.tickets import tickets

_SAVE = "INSERT OR REPLACE INTO search_rebuild (only_row, words_version, indexed_from) VALUES (1, ?, ?)"


def begin(connection: apsw.Connection) -> None:
    """Empty the index when its documents were made by other rules; `index_portion` then fills it."""
    if connection.execute("SELECT words_version FROM search_rebuild").get == WORDS_VERSION:
        return
    with connection:
        connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        connection.execute(_SAVE, (WORDS_VERSION, tickets.next_id(connection)))


def finish(connection: Connection) -> None:
    """Record that every ticket is in the index."""
    connection.execute(_SAVE, (WORDS_VERSION, 1))


def index_below(connection: Connection, ticket_id: TicketId) -> None:
    """Have the tickets below an id indexed again by `index_portion`; their documents stay until then."""
    connection.execute("UPDATE search_rebuild SET indexed_from = max(indexed_from, ?)", (ticket_id,))


def count_missing(connection: Connection) -> int:
    """Return how many tickets are not in the index yet, or were deleted among them."""
    return int(connection.execute("SELECT indexed_from - 1 FROM search_rebuild").get or 0)


def index_portion(connection: Connection) -> int:
    """Index the next portion of tickets; returns how many are missing then."""
    rows = list(make_older_rows(connection, count_missing(connection) + 1))
    search_index.insert_rows(connection, rows)
    connection.execute(_SAVE, (WORDS_VERSION, rows[-1][0] if rows else 1))
    return count_missing(connection)


def index_portions(connection: apsw.Connection, count: int) -> int:
    """Index up to `count` portions, a transaction each; returns how many tickets are missing then."""
    for _ in range(count):
        if not count_missing(connection):
            break
        with connection:
            index_portion(connection)
    return count_missing(connection)
