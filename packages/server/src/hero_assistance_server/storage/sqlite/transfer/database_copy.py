"""Copies a database as it is at one moment, while others go on writing to it, and checks a copy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import apsw

from hero_assistance_server.storage.damage import describe_faults
from hero_assistance_server.storage.database_files import Contents, ProgressCallback
from hero_assistance_server.storage.sql.connection import quote_name
from hero_assistance_server.storage.sqlite.database.connection import (
    APPLICATION_ID,
    LITESTREAM_TABLES,
    confine,
    open_at_rest,
    open_reader,
)
from hero_assistance_server.storage.sqlite.database.integrity import list_faults

# 4 MiB; between two steps progress is reported, which may raise to end the copy.
STEP_PAGES = 1024

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"


def copy_database(source: Path, target: Path, report: ProgressCallback) -> None:
    """Copy the database `source` to the new file `target`; raises `DatabaseUnusable`, `apsw.Error` or `OSError`.

    The reading transaction stays open from the first page to the last, so that writers neither wait nor make the copy
    start again.
    """
    reader = open_reader(source)
    try:
        reader.execute("BEGIN")
        reader.pragma("user_version")
        copy = apsw.Connection(str(target))
        confine(copy)
        try:
            _copy_pages(reader, copy, report)
            # One file: there is no log that could be forgotten next to it.
            copy.pragma("journal_mode", "delete")
            delete_unused_uploads(copy)
            drop_litestream_tables(copy)
        finally:
            copy.close()
    finally:
        reader.close()
    target.chmod(0o600)


def read_contents(path: Path) -> Contents:
    """Check a database file that is not in use; raises `apsw.Error` or `ValueError` for a damaged one."""
    connection = open_at_rest(path)
    try:
        if connection.pragma("application_id") != APPLICATION_ID:
            raise ValueError("it is the database of another program")
        if faults := list_faults(connection):
            raise ValueError(f"SQLite finds it damaged: {describe_faults(faults)}")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise ValueError("a row refers to one that is not there")
        tables = [name for (name,) in connection.execute(_TABLES)]
        rows = {name: connection.execute(f"SELECT count(*) FROM {quote_name(name)}").get for name in tables}  # noqa: S608
        return Contents(connection.pragma("user_version"), rows)
    finally:
        connection.close()


def list_attachment_files(path: Path) -> list[str]:
    """Return the files that a database's attachments are in, in order; a version before attachments has none."""
    connection = open_at_rest(path)
    try:
        if not _has_attachments(connection):
            return []
        return [digest for (digest,) in connection.execute("SELECT DISTINCT sha256 FROM attachments ORDER BY sha256")]
    finally:
        connection.close()


def _copy_pages(reader: apsw.Connection, copy: apsw.Connection, report: ProgressCallback) -> None:
    backup = copy.backup("main", reader, "main")
    try:
        while not backup.done:
            backup.step(STEP_PAGES)
            report(backup.page_count - backup.remaining, backup.page_count)
    finally:
        # By force: the step's own error says more than that the work is not complete.
        backup.close(True)


def _has_attachments(connection: apsw.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'attachments'").get)


def delete_unused_uploads(copy: apsw.Connection) -> None:
    """Leave out uploads that nothing shows: a running server may delete their files while the others are copied."""
    if _has_attachments(copy):
        copy.execute("DELETE FROM attachments WHERE used = 0")


def delete_attachments(copy: apsw.Connection, digests: Sequence[str]) -> None:
    """Delete attachments by the SHA-256 of their files."""
    if not digests:
        return
    known = "(SELECT attachment_id FROM attachments WHERE sha256 IN (SELECT value FROM json_each(:digests)))"
    bindings = {"digests": json.dumps(digests)}
    with copy:
        copy.execute(f"DELETE FROM attachment_uses WHERE attachment_id IN {known}", bindings)  # noqa: S608
        copy.execute(f"DELETE FROM attachments WHERE attachment_id IN {known}", bindings)  # noqa: S608


def drop_litestream_tables(connection: apsw.Connection) -> None:
    """Drop the tables that Litestream makes in each database that it copies; it makes them again."""
    for table in LITESTREAM_TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {quote_name(table)}")
