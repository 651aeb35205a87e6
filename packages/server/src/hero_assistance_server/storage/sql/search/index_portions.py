"""Portions of all tickets, newest first, for an index that is made again while the server runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.search.search_index import IndexRow, make_row
from hero_assistance_server.storage.sql.tickets import tickets

# Of one transaction, some 10 ms: commands, searches and events go on in between.
PORTION = 50
PORTION_CHARACTERS = 128 * 1024

_OLDER = "SELECT ticket_id FROM tickets WHERE ticket_id < ? ORDER BY ticket_id DESC LIMIT ?"


def make_older_rows(connection: Connection, before: int) -> Iterator[IndexRow]:
    """Make the documents of the newest tickets below one: `PORTION` at most, and fewer long ones."""
    size = 0
    older: Iterable[tuple[Any, ...]] = connection.execute(_OLDER, (before, PORTION))
    for (ticket_id,) in list(older):
        ticket = tickets.find(connection, TicketId(ticket_id))
        if ticket is None or size > PORTION_CHARACTERS:
            return
        row = make_row(connection, ticket)
        size += len(row[1]) + len(row[2])
        yield row
