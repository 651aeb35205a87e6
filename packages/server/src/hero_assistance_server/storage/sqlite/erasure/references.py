"""Deletes rows that others could refer to, without a look at every row of the tables that do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from hero_assistance_server.storage.sql.connection import quote_name
from hero_assistance_server.storage.sql.erasure.engine import UNINDEXED


def list_references(connection: apsw.Connection, parent: str) -> list[tuple[str, str]]:
    """Return each table and column that refers to a table."""
    rows = connection.execute(
        """SELECT tables.name, keys."from"
        FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.schema = 'main' AND tables.type = 'table' AND keys."table" = ? ORDER BY 1, 2""",
        (parent,),
    )
    return [(str(table), str(column)) for table, column in rows]


def delete_unreferenced(connection: apsw.Connection, parent: str, key: str, ids: str) -> None:
    """Delete rows by a JSON array of keys; raises `apsw.ConstraintError` where something still refers to one.

    The database's own check would read all of the tables of `UNINDEXED` for each row.
    """
    for table, column in list_references(connection, parent):
        if (table, column) not in UNINDEXED:
            _check_unreferenced(connection, table, column, ids)
    with _unchecked(connection):
        connection.execute(f"DELETE FROM {parent} WHERE {key} IN (SELECT value FROM json_each(?))", (ids,))  # noqa: S608


def _check_unreferenced(connection: apsw.Connection, table: str, column: str, ids: str) -> None:
    found = f"SELECT 1 FROM {quote_name(table)} WHERE {quote_name(column)} IN (SELECT value FROM json_each(?)) LIMIT 1"  # noqa: S608
    if connection.execute(found, (ids,)).fetchone() is not None:
        raise apsw.ConstraintError(f"{table}.{column} still refers to what is to be deleted")


@contextmanager
def _unchecked(connection: apsw.Connection) -> Iterator[None]:
    """Unlike the pragma, this has an effect within a transaction."""
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
    try:
        yield
    finally:
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1)
