"""Tables as JSON Lines: those that are exported, and each row as one object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.search import search_index
from hero_assistance_server.storage.sql.tickets import list_index, tickets
from hero_assistance_server.storage.sqlite.database.connection import LITESTREAM_TABLES, quote_name
from hero_assistance_server.storage.sqlite.database.last_messages import fill_last_messages
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.transfer.row_values import check_values

# What follows from the rest, or means something to a running server alone; an import makes it again, or starts empty.
# An imported desk sends nothing that the one before may have sent.
DERIVED = frozenset(
    {
        "client_tokens",
        "deliveries",
        # What lets a user in may have been revoked since, and is for one desk.
        "device_bindings",
        "event_readers",
        "events",
        "incoming_mail_bytes",
        "incoming_mail_counts",
        "job_positions",
        "listings",
        # Who has the keys can write in the name of any customer.
        "mail_keys",
        "mail_uses",
        "mailbox_positions",
        "oidc_identities",
        "passkeys",
        "pending_notifications",
        "places",
        "pruned_deliveries",
        "search_rebuild",
        "sessions",
        "sign_in_rates",
        "sign_in_tokens",
        "stored_bytes",
        "stored_mail_bytes",
        "tallies",
        # A copy of a project must not post to the receivers of the project.
        "webhook_answers",
        "webhooks",
    }
)
# Exports of earlier releases have these.
FORMER_TABLES = frozenset({"device_bindings"})
# Only attachments in use: uploads come and go.
_ONLY = {"attachments": "WHERE used = 1"}
_JSON_COLUMN = re.compile(r"json_valid\((\w+)\)")
# Columns of earlier exports, by table, with the names that they have now.
_FORMER_NAMES = {"canned_replies": {"reply_id": "canned_reply_id"}, "tickets": {"last_note_id": "last_message_id"}}
# Earlier ones had the last note in its place.
_SET_LAST_MESSAGES = """UPDATE tickets SET last_message_id = last_reply_id WHERE last_message_id < last_reply_id
    AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.ticket_id = tickets.ticket_id AND opening = 1)"""
# The bytes of mails are not exported.
_NO_BYTES = "UPDATE incoming_mails SET has_bytes = 0"
# Background jobs go on behind what is imported.
_FOLLOWED_ALL = "UPDATE job_positions SET position = (SELECT coalesce(max(audit_id), 0) FROM audit)"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is exported: its columns, those that hold JSON, and the order of its rows."""

    name: str
    columns: tuple[str, ...]
    as_json: frozenset[str]
    order: str


def list_tables(connection: apsw.Connection) -> list[Table]:
    """Return every table that is exported, by name; those of full-text indexes are not."""
    rows = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name"
    )
    left_out = DERIVED | set(LITESTREAM_TABLES)
    names = [name for (name,) in rows if name not in left_out and not name.startswith("sqlite_")]
    return [_table(connection, name) for name in names]


def read_lines(connection: apsw.Connection, table: Table) -> Iterator[bytes]:
    """Return the rows of a table in order, each an object on a line of its own."""
    columns = ", ".join(map(quote_name, table.columns))
    only = _ONLY.get(table.name, "")
    query = f"SELECT {columns} FROM {quote_name(table.name)} {only} ORDER BY {table.order}"  # noqa: S608
    for row in connection.execute(query):
        values = {
            name: json.loads(value) if name in table.as_json and value is not None else value
            for name, value in zip(table.columns, row, strict=True)
        }
        yield _ENCODER.encode(values).encode() + b"\n"


def insert_line(connection: apsw.Connection, table: Table, line: bytes) -> None:
    """Write the row of a line; a column that it does not name gets its default. Raises `ValueError`."""
    values = json.loads(line)
    if isinstance(values, dict):
        former = _FORMER_NAMES.get(table.name, {})
        values = {former.get(name, name): value for name, value in values.items()}
    if not isinstance(values, dict) or not values.keys() <= set(table.columns):
        raise ValueError(f"a line of {table.name}.jsonl is no row of it")
    check_values(table.name, values)
    columns = ", ".join(map(quote_name, values))
    bindings = [_to_column(table, name, value) for name, value in values.items()]
    connection.execute(
        f"INSERT INTO {quote_name(table.name)} ({columns}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        bindings,
    )


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
    connection.execute(_FOLLOWED_ALL)
    connection.execute(_NO_BYTES)


def _to_column(table: Table, name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name in table.as_json and value is not None else value


def _table(connection: apsw.Connection, name: str) -> Table:
    found = list(connection.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)))
    key = [quote_name(column) for column, place in sorted(found, key=lambda column: column[1]) if place]
    sql = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).get
    as_json = frozenset(_JSON_COLUMN.findall(str(sql)))
    return Table(name, tuple(column for column, _ in found), as_json, ", ".join(key) or "rowid")
