"""The tables of a PostgreSQL database, as exports have them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from hero_assistance_server.storage.database_files import DatabaseFileError
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.database.connection import SCHEMA, PostgresConnection
from hero_assistance_server.storage.postgres.database.errors import describe_error
from hero_assistance_server.storage.postgres.database.migrate import migrations
from hero_assistance_server.storage.postgres.opening import translated_errors
from hero_assistance_server.storage.sql.transfer.exported_tables import (
    DERIVED,
    Table,
    encode_rows,
    find_json_columns,
    list_exported_files,
)

# What SQLite has no table for: what nodes know of each other, and files, which an export has as files.
OWN_TABLES = frozenset(
    {
        "access_changes",
        "channel_pauses",
        "file_chunks",
        "file_holds",
        "identity",
        "last_ids",
        "nodes",
        "presence",
        "shared_keys",
        "stored_files",
        "timelines",
        "used_challenges",
        "versions",
    }
)
_COLUMNS = """SELECT tables.relname::text, columns.attname::text,
        coalesce(array_position(keys.indkey::int2[], columns.attnum), -1)
    FROM pg_class AS tables
    JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
    LEFT JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary
    WHERE schemas.nspname = ? AND tables.relkind IN ('r', 'p') ORDER BY tables.relname, columns.attnum"""
_CHECKS = """SELECT tables.relname::text, pg_get_constraintdef(checks.oid) FROM pg_constraint AS checks
    JOIN pg_class AS tables ON tables.oid = checks.conrelid
    JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    WHERE schemas.nspname = ? AND checks.contype = 'c'"""
# Between two rows an export writes to its disk, and an import reads from it.
_PATIENT = "SET idle_in_transaction_session_timeout = 0"


class PostgresTables:
    """Implements `TableReader` on one connection, within a transaction."""

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self.by_name = {table.name: table for table in list_tables(connection)}
        self.tables = list(self.by_name)
        self.version = migrations()[-1].number

    def lines(self, table: str) -> Iterator[bytes]:
        """Read the rows of a table while they are asked for, each as a line of JSON."""
        found = self.by_name[table]
        return encode_rows(found, self._connection.walk(found.query, ()))

    def list_attachment_files(self) -> list[str]:
        """Read the digests of the attachments that are used."""
        return list_exported_files(self._connection)


def list_tables(connection: PostgresConnection) -> list[Table]:
    """Return every table that is exported, by name."""
    columns: dict[str, list[tuple[str, int]]] = {}
    for table, name, place in connection.execute(_COLUMNS, (SCHEMA,)):
        columns.setdefault(table, []).append((name, place))
    checks: dict[str, list[str]] = {}
    for table, definition in connection.execute(_CHECKS, (SCHEMA,)):
        checks.setdefault(table, []).append(definition)
    return [
        Table(
            name,
            tuple(column for column, _ in found),
            find_json_columns(" ".join(checks.get(name, ()))),
            tuple(column for column, place in sorted(found, key=lambda one: one[1]) if place >= 0),
        )
        for name, found in columns.items()
        if name not in DERIVED | OWN_TABLES
    ]


@contextmanager
def transfer_connection(url: str) -> Iterator[PostgresConnection]:
    """Connect for an export or an import; raises `DatabaseFileError` for every error of PostgreSQL."""
    try:
        with translated_errors():
            connection = PostgresConnection(url)
    except StoreUnavailable as error:
        raise DatabaseFileError(error.message, hint=error.hint) from error
    try:
        with closing(connection):
            connection.execute(_PATIENT)
            yield connection
    except psycopg.Error as error:
        reason, hint = describe_error(error)
        raise DatabaseFileError(reason, hint=hint) from error
