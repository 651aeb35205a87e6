"""Numbered migrations: `0001_initial.sql` takes a database from version 0 to 1, and so on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw

from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.sql.migrations import Migration, load_migrations
from hero_assistance_server.storage.sqlite.database.connection import APPLICATION_ID, open_reader
from hero_assistance_server.storage.sqlite.database.known_demo_users import mark_demo_users
from hero_assistance_server.storage.sqlite.database.known_logins import bind_known_users
from hero_assistance_server.storage.sqlite.database.last_messages import fill_last_messages
from hero_assistance_server.storage.sqlite.database.stored_tags import fold_stored_tags

# What a migration does that SQL cannot, by its title.
_FOLLOW_UPS: dict[str, Callable[[apsw.Connection], None]] = {
    "folded_tags": fold_stored_tags,
    "identity": mark_demo_users,
    "list_rows": fill_last_messages,
    "logins": bind_known_users,
}


def migrations() -> list[Migration]:
    """Every migration of this release, in order, numbered from 1 without a gap."""
    return load_migrations("hero_assistance_server.storage.sqlite.database", first=1)


def refuse_newer(path: Path, known: list[Migration]) -> int:
    """Return how many migrations a database lacks; raises `DatabaseTooNew` before anything is opened for writing."""
    if not path.exists() or not path.stat().st_size:
        return len(known)
    reader = open_reader(path, may_be_empty=True)
    try:
        version = reader.pragma("user_version")
    finally:
        reader.close()
    if version > len(known):
        raise DatabaseTooNew(
            f"{path} has version {version}; this release knows versions up to {len(known)}",
            hint="install the release that wrote it, or restore a backup",
        )
    return len(known) - int(version)


def migrate(connection: apsw.Connection, known: list[Migration]) -> list[str]:
    """Apply what is missing; returns the names of those applied.

    Each migration has a transaction of its own. Those of a new database share one: it is whole or not there, after one
    flush of the disk instead of one for each.
    """
    version = connection.pragma("user_version")
    missing = known[version:]
    for portion in [[one] for one in missing] if version else [missing]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for migration in portion:
                _apply(connection, migration)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return [migration.name for migration in missing]


def _apply(connection: apsw.Connection, migration: Migration) -> None:
    connection.execute(migration.sql)
    if follow_up := _FOLLOW_UPS.get(migration.title):
        follow_up(connection)
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", migration.number)


def run_follow_ups(connection: apsw.Connection, version: int) -> None:
    """Do for rows of an earlier version what the migrations after it did beyond SQL."""
    for migration in migrations()[version:]:
        if follow_up := _FOLLOW_UPS.get(migration.title):
            follow_up(connection)
