"""Brings the schema of a PostgreSQL database up to date, in lock-step with SQLite's: one table has the version."""

from __future__ import annotations

from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.postgres.database.connection import SCHEMA, PostgresConnection
from hero_assistance_server.storage.sql.migrations import Migration, load_migrations

# Makes an empty database what SQLite's has come to by then.
FIRST = 36
# A node that starts waits until another has migrated; the number is that of the application in SQLite's files.
LOCK = 0x48417364
_VERSION = "SELECT coalesce(max(number), 0) FROM versions"


def migrations() -> list[Migration]:
    """Every migration of this release, in order and without a gap; the first has everything up to its number."""
    return load_migrations("hero_assistance_server.storage.postgres.database", first=FIRST)


def migrate(connection: PostgresConnection, known: list[Migration]) -> list[str]:
    """Apply what is missing in one transaction; returns the names of what was applied.

    The lock is kept, shared with others who open, until `finish_opening`: an import waits for the lease that comes
    before. Raises `DatabaseTooNew` before anything is written.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
        version = _read_version(connection)
        _refuse_newer(version, known)
        missing = [migration for migration in known if migration.number > version]
        for migration in missing:
            connection.run_script(migration.sql)
            connection.execute("INSERT INTO versions (number, name) VALUES (?, ?)", (migration.number, migration.name))
        connection.execute("SELECT pg_advisory_lock_shared(?)", (LOCK,))
    return [migration.name for migration in missing]


def finish_opening(connection: PostgresConnection) -> None:
    """Give back the lock that `migrate` has left."""
    connection.execute("SELECT pg_advisory_unlock_shared(?)", (LOCK,))


def refuse_newer(connection: PostgresConnection, known: list[Migration]) -> None:
    """Raise `DatabaseTooNew` for the database of a newer release; writes nothing."""
    if connection.execute(f"SELECT to_regclass('{SCHEMA}.versions') IS NOT NULL").get:
        _refuse_newer(int(connection.execute(_VERSION).get), known)


def _refuse_newer(version: int, known: list[Migration]) -> None:
    if version > known[-1].number:
        raise DatabaseTooNew(
            f"the database has version {version}; this release knows versions up to {known[-1].number}",
            hint="install the release that wrote it",
        )


def _read_version(connection: PostgresConnection) -> int:
    """Return the version of the database, 0 for an empty one, which gets its schema and the table of versions."""
    connection.run_script(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    connection.run_script(
        "CREATE TABLE IF NOT EXISTS versions (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)"
    )
    return int(connection.execute(_VERSION).get)
