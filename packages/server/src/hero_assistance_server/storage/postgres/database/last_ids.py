"""The last id that each table ever gave, which the writer and a trigger keep."""

from __future__ import annotations

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

_EVENTS = "events"
# Each group of commands holds this lock until it is committed, and so does what is to come between two of them.
LOCK_LAST_SEQ = f"SELECT last_id FROM last_ids WHERE name = '{_EVENTS}' FOR UPDATE"  # noqa: S608
_LAST = "SELECT last_id FROM last_ids WHERE name = ?"


def read_last_id(connection: PostgresConnection, table: str) -> int:
    """Return the last id of a table, 0 before the first."""
    if table == _EVENTS and (last := connection.last_seq) is not None:
        return last
    return int(connection.execute(_LAST, (table,)).get or 0)


def read_last_seq(connection: PostgresConnection) -> Seq:
    """Return the number of the last event that any node committed."""
    return Seq(read_last_id(connection, _EVENTS))
