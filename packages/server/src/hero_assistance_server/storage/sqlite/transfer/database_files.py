"""The database files of SQLite, for backups, exports and imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_server.storage.database_files import Contents, DatabaseFileError, ProgressCallback
from hero_assistance_server.storage.sql.transfer.exported_tables import (
    FORMER_TABLES,
    Table,
    encode_rows,
    insert_line,
    list_exported_files,
    list_files,
)
from hero_assistance_server.storage.sqlite.database.connection import open_at_rest, open_reader, open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations, run_follow_ups
from hero_assistance_server.storage.sqlite.errors import explain_error
from hero_assistance_server.storage.sqlite.transfer import database_copy
from hero_assistance_server.storage.sqlite.transfer.left_out_numbers import (
    LastIds,
    leave_out_event_numbers,
    leave_out_lost_ids,
    read_last_ids,
)
from hero_assistance_server.storage.sqlite.transfer.stored_access import end_access
from hero_assistance_server.storage.sqlite.transfer.table_rows import add_derived_rows, list_tables


class SqliteTables:
    """Implements `TableReader` and `TableWriter` on one connection, within a transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._tables: dict[str, Table] = {table.name: table for table in list_tables(connection)}
        self.tables = list(self._tables)
        self.former_tables = FORMER_TABLES
        self.version = int(connection.pragma("user_version"))

    def lines(self, table: str) -> Iterator[bytes]:
        """Read the rows of a table while they are asked for, each as a line of JSON."""
        found = self._tables[table]
        return encode_rows(found, self._connection.execute(found.query))

    def list_attachment_files(self) -> list[str]:
        """Read the digests of the attachments that are used."""
        return list_exported_files(self._connection)

    def insert(self, table: str, line: bytes) -> None:
        """Insert the row of one line."""
        insert_line(self._connection, self._tables[table], line)

    def complete(self, version: int) -> list[str]:
        """Finish what an earlier version leaves open, write what is derived, and return the digests of all files."""
        run_follow_ups(self._connection, version)
        add_derived_rows(self._connection)
        leave_out_event_numbers(self._connection)
        return list_files(self._connection)


@dataclass(frozen=True, slots=True)
class SqliteDatabaseFiles:
    """Implements `DatabaseFiles`."""

    name: str = DATABASE

    @property
    def version(self) -> int:
        """The number of the last migration."""
        return len(migrations())

    def copy(self, source: Path, target: Path, report: ProgressCallback) -> None:
        """Copy a database by SQLite's backup API."""
        with _translated_errors():
            database_copy.copy_database(source, target, report)

    def check(self, path: Path) -> Contents:
        """Check a database file and count its rows."""
        with _translated_errors():
            return database_copy.read_contents(path)

    def list_attachment_files(self, path: Path) -> list[str]:
        """Read the digests of a database file's attachments."""
        with _translated_errors():
            return database_copy.list_attachment_files(path)

    def end_access(self, path: Path) -> None:
        """Delete the rows of every table that lets users in."""
        with _opened_at_rest(path) as connection:
            end_access(connection)

    def delete_unused_uploads(self, path: Path) -> None:
        """Delete them as for a backup, and what Litestream has made in the database."""
        with _opened_at_rest(path) as connection:
            database_copy.delete_unused_uploads(connection)
            database_copy.drop_litestream_tables(connection)

    def delete_attachments(self, path: Path, digests: Sequence[str]) -> None:
        """Delete the rows of attachments, and those of their uses."""
        with _opened_at_rest(path) as connection:
            database_copy.delete_attachments(connection, digests)

    def leave_out_numbers(self, path: Path, replaced: Path) -> None:
        """Set what AUTOINCREMENT keeps, and the last ids that were deleted."""
        try:
            with _opened_at_rest(path) as connection:
                leave_out_event_numbers(connection)
                leave_out_lost_ids(connection, _find_last_ids(replaced))
        except (OverflowError, TypeError) as error:
            raise DatabaseFileError("its last numbers are none that others can follow") from error

    @contextmanager
    def read_tables(self, path: Path) -> Iterator[SqliteTables]:
        """Open a database in one read transaction, to export it."""
        with _translated_errors():
            reader = open_reader(path)
            try:
                reader.execute("BEGIN")
                yield SqliteTables(reader)
            finally:
                reader.close()

    @contextmanager
    def create(self, path: Path) -> Iterator[SqliteTables]:
        """Create a database in one transaction; it is committed when the context ends without an error."""
        with _translated_errors():
            connection = open_writer(path)
            try:
                migrate(connection, migrations())
                connection.execute("BEGIN IMMEDIATE")
                # Tables come by name, and refer to each other.
                connection.pragma("defer_foreign_keys", True)
                yield SqliteTables(connection)
                connection.execute("COMMIT")
            finally:
                connection.close()


def _find_last_ids(path: Path) -> LastIds:
    """Return the last ids of a database that is not in use, and may be missing or damaged."""
    try:
        connection = open_at_rest(path)
    except apsw.Error:
        return LastIds()
    try:
        return read_last_ids(connection)
    except apsw.Error:
        return LastIds()
    finally:
        connection.close()


@contextmanager
def _opened_at_rest(path: Path) -> Iterator[apsw.Connection]:
    """Open a database that is not in use and may come from elsewhere, to change it."""
    with _translated_errors():
        connection = open_at_rest(path, writes=True)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raise `DatabaseFileError` for every error of SQLite."""
    try:
        yield
    except apsw.Error as error:
        reason, hint = explain_error(error)
        raise DatabaseFileError(reason, hint=hint) from error
