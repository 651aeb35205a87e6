"""The exported tables of a SQLite database, and what follows from their rows."""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.search import search_index
from hero_assistance_server.storage.sql.tickets import list_index, tickets
from hero_assistance_server.storage.sql.transfer.exported_tables import (
    DERIVED,
    Table,
    find_json_columns,
    leave_work_done,
)
from hero_assistance_server.storage.sqlite.database.connection import LITESTREAM_TABLES
from hero_assistance_server.storage.sqlite.database.last_messages import fill_last_messages
from hero_assistance_server.storage.sqlite.search import rebuild

# Earlier ones had the last note in its place.
_SET_LAST_MESSAGES = """UPDATE tickets SET last_message_id = last_reply_id WHERE last_message_id < last_reply_id
    AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.ticket_id = tickets.ticket_id AND opening = 1)"""


def list_tables(connection: apsw.Connection) -> list[Table]:
    """Return every table that is exported, by name; those of full-text indexes are not."""
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name"
    )
    left_out = DERIVED | set(LITESTREAM_TABLES)
    names = [name for (name,) in rows if name not in left_out and not name.startswith("sqlite_")]
    return [_table(connection, name) for name in names]


def add_derived_rows(connection: apsw.Connection) -> None:
    """List, count and index every ticket, as the units of work did that made it."""
    connection.execute(_SET_LAST_MESSAGES)
    fill_last_messages(connection)
    ids = connection.execute("SELECT ticket_id FROM tickets ORDER BY ticket_id")
    for (ticket_id,) in ids:
        ticket = tickets.find(connection, TicketId(ticket_id))
        if ticket is not None:
            list_index.move(connection, [(None, ticket)])
            search_index.index(connection, [ticket])
    rebuild.finish(connection)
    leave_work_done(connection)


def _table(connection: apsw.Connection, name: str) -> Table:
    found = list(connection.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)))
    key = [column for column, place in sorted(found, key=lambda column: column[1]) if place]
    sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).get
    return Table(name, tuple(column for column, _ in found), find_json_columns(str(sql)), tuple(key))
