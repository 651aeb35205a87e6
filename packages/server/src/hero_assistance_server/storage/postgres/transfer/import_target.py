"""Imports a project into an empty PostgreSQL database, in one transaction."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.errors import DataInUse
from hero_assistance_server.storage.file_copies import copy_checked
from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import SCHEMA, PostgresConnection
from hero_assistance_server.storage.postgres.database.migrate import FIRST, LOCK, finish_opening, migrate, migrations
from hero_assistance_server.storage.postgres.files.stored_file import CHUNK_BYTES
from hero_assistance_server.storage.postgres.opening import require_usable, translated_errors
from hero_assistance_server.storage.postgres.transfer.tables import PostgresTables, transfer_connection
from hero_assistance_server.storage.sql.connection import quote_name
from hero_assistance_server.storage.sql.tickets import list_index, tickets
from hero_assistance_server.storage.sql.transfer.exported_tables import (
    FORMER_TABLES,
    insert_line,
    leave_work_done,
    list_files,
)

_ALIVE = f"SELECT count(*) FROM nodes WHERE lease_until > {NOW}"  # noqa: S608
# Tables come by name, and refer to each other.
_FOREIGN_KEYS = """SELECT tables.relname::text, keys.conname::text FROM pg_constraint AS keys
    JOIN pg_class AS tables ON tables.oid = keys.conrelid
    JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    WHERE schemas.nspname = ? AND keys.contype = 'f' ORDER BY 1, 2"""
# What refers to a user without a foreign key.
_UNKNOWN_USERS = """SELECT (SELECT count(*) FROM tickets WHERE NOT EXISTS (SELECT 1 FROM users WHERE user_id = customer)
        OR (assignee IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE user_id = assignee)))
    + (SELECT count(*) FROM status_changes
        WHERE changed_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE user_id = changed_by))"""
_COUNTED = """SELECT table_name::text, column_name::text FROM information_schema.columns
    WHERE table_schema = ? AND is_identity = 'YES' ORDER BY 1"""
# As with SQLite: a client that has seen events of another past takes none of the new ones for those.
_LEAVE_OUT_NUMBERS = f"UPDATE last_ids SET last_id = max(last_id + {2**32}, {NOW} * 1000) WHERE name = 'events'"  # noqa: S608
_TICKETS = "SELECT ticket_id FROM tickets WHERE ticket_id > ? ORDER BY ticket_id LIMIT 200"


class PostgresProject(PostgresTables):
    """Implements `ProjectWriter` on one connection, within a transaction."""

    former_tables = FORMER_TABLES

    def insert(self, table: str, line: bytes) -> None:
        """Insert the row of one line."""
        insert_line(self._connection, self.by_name[table], line)

    def complete(self, _version: int) -> list[str]:
        """Check what rows refer to, write what is derived, and return the digests of all files."""
        connection = self._connection
        if connection.execute(_UNKNOWN_USERS).get:
            raise ValueError("a row refers to a user who is not there")
        last = 0
        while ids := [ticket_id for (ticket_id,) in connection.execute(_TICKETS, (last,))]:
            found = (tickets.find(connection, TicketId(ticket_id)) for ticket_id in ids)
            list_index.move(connection, [(None, ticket) for ticket in found if ticket is not None])
            last = ids[-1]
        leave_work_done(connection)
        connection.execute(_LEAVE_OUT_NUMBERS)
        for table, column in list(connection.execute(_COUNTED, (SCHEMA,))):
            highest = f"(SELECT max({quote_name(column)}) FROM {quote_name(table)})"  # noqa: S608
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence(?, ?), {highest}) WHERE {highest} IS NOT NULL",
                (f"{SCHEMA}.{table}", column),
            )
        return list_files(connection)

    def write_file(self, digest: str, file: BinaryIO) -> None:
        """Write the chunks of a file, which is read once."""
        content = io.BytesIO()
        copy_checked(file, digest, content.write)
        size = content.tell()
        self._connection.execute("INSERT INTO stored_files (sha256, size) VALUES (?, ?)", (digest, size))
        for place, start in enumerate(range(0, size, CHUNK_BYTES)):
            self._connection.execute(
                "INSERT INTO file_chunks (sha256, place, bytes) VALUES (?, ?, ?)",
                (digest, place, content.getvalue()[start : start + CHUNK_BYTES]),
            )


@dataclass(frozen=True, slots=True)
class PostgresImportTarget:
    """Implements `ImportTarget`."""

    url: str = field(repr=False)

    @property
    def version(self) -> int:
        """The number of the last migration."""
        return migrations()[-1].number

    @property
    def oldest_version(self) -> int:
        """The version of the first schema: what SQLite's earlier migrations did to rows is done there alone."""
        return FIRST

    @contextmanager
    def receive(self) -> Iterator[PostgresProject]:
        """Make the schema, and write into it; a node that starts meanwhile waits."""
        with transfer_connection(self.url) as connection:
            with translated_errors():
                require_usable(connection)
                migrate(connection, migrations())
                finish_opening(connection)
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
                project = PostgresProject(connection)
                _require_empty(connection, project)
                keys = list(connection.execute(_FOREIGN_KEYS, (SCHEMA,)))
                _alter(connection, keys, "DEFERRABLE INITIALLY DEFERRED")
                yield project
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                _alter(connection, keys, "NOT DEFERRABLE")


def _require_empty(connection: PostgresConnection, project: PostgresProject) -> None:
    alive = connection.execute(_ALIVE).get
    if alive:
        raise DataInUse(
            f"servers work on this database: {alive}", hint="stop each of them; one that was killed counts for 15 s"
        )
    for table in (*project.tables, "stored_files"):
        if connection.execute(f"SELECT 1 FROM {quote_name(table)} LIMIT 1").fetchone() is not None:  # noqa: S608
            raise Conflict(
                f"there is a project in this database already: the table {table} has rows",
                hint="name an empty one in DATABASE",
            )


def _alter(connection: PostgresConnection, keys: list[tuple[str, str]], how: str) -> None:
    for table, name in keys:
        connection.execute(f"ALTER TABLE {quote_name(table)} ALTER CONSTRAINT {quote_name(name)} {how}")
