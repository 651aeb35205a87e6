"""Connections to the database file: one that writes, others that can only read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from hero_assistance_sdk.os_errors import choose_hint, explain_owner
from hero_assistance_server.storage.errors import DatabaseUnusable
from hero_assistance_server.storage.sql.bulk_insert import KINDS, PORTION
from hero_assistance_server.storage.sqlite.errors import DAMAGE_ERRORS, STORAGE_ERRORS, explain_error

# "HAsd": tells our files from other programs' databases.
APPLICATION_ID = 0x48417364
# Only a backup or a person's shell can hold a lock; longer than this, the caller is told.
BUSY_TIMEOUT_MS = 5_000
# 16 MB of log: the pages that every ticket changes are folded into the database a fourth as often as by default.
CHECKPOINT_PAGES = 4000
# 256 MB: Litestream folds the log long before; where it does not run, the log grows no further.
REPLICATED_CHECKPOINT_PAGES = 65_536
# Made by Litestream in each database that it copies.
LITESTREAM_TABLES = ("_litestream_lock", "_litestream_seq")
# Those that are kept prepared; the writer has each insert of many rows in every size.
STATEMENTS = 100
WRITER_STATEMENTS = STATEMENTS + KINDS * PORTION


def open_writer(path: Path, *, is_replicated: bool = False) -> apsw.Connection:
    """The connection that writes and checkpoints; a process has one. Raises `DatabaseUnusable`.

    `is_replicated`: Litestream reads the log, and checkpoints what it has read.
    """
    with translated_errors(path):
        connection = _open(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, statements=WRITER_STATEMENTS)
        path.chmod(0o600)
        connection.pragma("journal_mode", "wal")
        # FULL: an acknowledged ticket survives a power cut, which NORMAL does not promise.
        connection.pragma("synchronous", "full")
        connection.pragma("wal_autocheckpoint", REPLICATED_CHECKPOINT_PAGES if is_replicated else CHECKPOINT_PAGES)
        connection.pragma("foreign_keys", True)
        return connection


def open_reader(path: Path, *, may_be_empty: bool = False) -> apsw.Connection:
    """A connection that can neither write nor checkpoint. Raises `DatabaseUnusable`, unless asked also when empty."""
    with translated_errors(path):
        connection = _open(path, apsw.SQLITE_OPEN_READONLY)
        connection.pragma("query_only", True)
        if not may_be_empty and connection.pragma("application_id") == 0:
            connection.close()
            raise DatabaseUnusable(f"{path} is empty", hint="hero_assistance restore puts the last backup in its place")
        return connection


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Raise `DatabaseUnusable` for every error that the disk, the memory or damage causes."""
    try:
        yield
    except DAMAGE_ERRORS as error:
        hint = f"{error}; hero_assistance restore puts the last backup in its place"
        raise DatabaseUnusable(f"{path} is damaged, or no database", hint=hint) from error
    except (*STORAGE_ERRORS, OSError) as error:
        if path.is_dir():
            raise DatabaseUnusable(f"{path} is a folder", hint="move it away, then hero_assistance restore") from error
        reason, advice = _explain(path, error)
        raise DatabaseUnusable(f"{path} cannot be opened as a database: {reason}", hint=advice) from error


def _explain(path: Path, error: apsw.Error | OSError) -> tuple[str, str | None]:
    """Why a database cannot be opened, and what to do about it; SQLite does not say which of its files it was."""
    if isinstance(error, OSError):
        return error.strerror or str(error), choose_hint(error, path)
    reason, hint = explain_error(error)
    refused = [file for file in (path.parent, path, *map(path.with_name, _side_files(path))) if _is_refused(file)]
    return reason, (explain_owner(refused[0]) if refused else hint)


def _side_files(path: Path) -> tuple[str, str]:
    return f"{path.name}-wal", f"{path.name}-shm"


def _is_refused(path: Path) -> bool:
    return path.exists() and not os.access(path, os.R_OK | os.W_OK)


def confine(connection: apsw.Connection) -> None:
    """Let no statement open or write another file (ATTACH, VACUUM INTO), even in a database of others."""
    connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)


def open_at_rest(path: Path, *, writes: bool = False) -> apsw.Connection:
    """A connection to a database that is not in use and may come from elsewhere; raises `apsw.Error`."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE if writes else apsw.SQLITE_OPEN_READONLY)
    confine(connection)
    # What its schema calls may do nothing but compute.
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    return connection


def _open(path: Path, flags: int, *, statements: int = STATEMENTS) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags, statementcachesize=statements)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    confine(connection)
    found = connection.pragma("application_id")
    empty = connection.pragma("schema_version") == 0
    if found != APPLICATION_ID and not (found == 0 and empty):
        connection.close()
        raise DatabaseUnusable(f"{path} is the database of another program")
    return connection
