"""A copy of a database as it was at one moment, while others go on writing to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import apsw

from hero_assistance_server.jobs.background_jobs import ProgressCallback
from hero_assistance_server.storage.sqlite.connection import APPLICATION_ID, open_reader

# 4 MiB; between two steps progress is told, and whoever wants it to end is heard.
STEP_PAGES = 1024


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: its version, and the rows of each table."""

    version: int
    rows: dict[str, int]


def copy_database(source: Path, target: Path, told: ProgressCallback) -> None:
    """Copy the database `source` to the new file `target`; raises `DatabaseUnusable`, `apsw.Error` or `OSError`.

    The reading transaction stays open from the first page to the last, so that writers neither wait nor make the copy
    start again.
    """
    reader = open_reader(source)
    try:
        reader.execute("BEGIN")
        reader.pragma("user_version")
        copy = apsw.Connection(str(target))
        try:
            backup = copy.backup("main", reader, "main")
            try:
                while not backup.done:
                    backup.step(STEP_PAGES)
                    told(backup.page_count - backup.remaining, backup.page_count)
            finally:
                # By force: the step's own error says more than that the work is not complete.
                backup.close(True)
            # One file: there is no log that could be forgotten beside it.
            copy.pragma("journal_mode", "delete")
            _without_uploads(copy)
        finally:
            copy.close()
    finally:
        reader.close()
    target.chmod(0o600)


def contents(path: Path) -> Contents:
    """What is in a database file that nobody writes to; raises `apsw.Error` for a damaged one, `ValueError` too."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        if connection.pragma("application_id") != APPLICATION_ID:
            raise ValueError("it is the database of another program")
        if (found := connection.pragma("integrity_check")) != "ok":
            raise ValueError(f"SQLite finds it damaged: {found}")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise ValueError("a row refers to one that is not there")
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').get for name in tables}  # noqa: S608
        return Contents(connection.pragma("user_version"), rows)
    finally:
        connection.close()


def digests(path: Path) -> list[str]:
    """The files that a database's attachments are in, in order; a version before attachments has none."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        if not _has_attachments(connection):
            return []
        return [digest for (digest,) in connection.execute("SELECT DISTINCT sha256 FROM attachments ORDER BY sha256")]
    finally:
        connection.close()


_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"


def _has_attachments(connection: apsw.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'attachments'").get)


def _without_uploads(copy: apsw.Connection) -> None:
    """Leave out uploads that nothing uses: a running server may sweep their files while the others are copied."""
    if _has_attachments(copy):
        copy.execute("DELETE FROM attachments WHERE used = 0")
