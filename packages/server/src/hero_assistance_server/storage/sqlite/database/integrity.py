"""Checks whether a database is whole, on a connection of its own, while others read and write."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import apsw

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.errors import DatabaseUnusable
from hero_assistance_server.storage.sql.connection import quote_name
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.errors import DAMAGE_ERRORS, STORAGE_ERRORS

# More say nothing that a person could use.
FAULTS_LIMIT = 100
_TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY name"
# Callers go first; the check has all day.
_NICENESS = 10
# Some thousand cells; the interpreter is asked as often, which costs nothing that can be measured.
_PROGRESS_STEPS = 5_000

_log = get_log("integrity")


def list_faults(connection: apsw.Connection) -> list[str]:
    """Return all that is damaged, a line each: pages, rows, indexes, and what the search index says of itself."""
    return _read_faults(connection, f"PRAGMA integrity_check({FAULTS_LIMIT})")


def list_faults_quickly(connection: apsw.Connection) -> list[str]:
    """Return the pages and rows that are damaged, in a thirteenth of the time.

    Asked table by table, SQLite reads the pages of the search index too, but does not count its words again; and no
    read transaction is so long that the log grows meanwhile.
    """
    found: list[str] = []
    try:
        names = [name for (name,) in connection.execute(_TABLES)]
    except DAMAGE_ERRORS as error:
        return [str(error)]
    for name in names:
        found += _read_faults(connection, f"PRAGMA quick_check({quote_name(name)})")
    return found[:FAULTS_LIMIT]


def _read_faults(connection: apsw.Connection, pragma: str) -> list[str]:
    lines: list[str] = []
    try:
        for (text,) in connection.execute(pragma):
            lines += str(text).splitlines()
    except DAMAGE_ERRORS as error:
        # It gives up where it can read no further, after it has told what it found until then.
        lines.append(str(error))
    return [line for line in lines if line != "ok" and not line.startswith("***")][:FAULTS_LIMIT]


class IntegrityCheck:
    """One check of a database, which another thread may end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_ended = False

    def run(self) -> list[str]:
        """Check it in this thread, which gets a low priority; returns the faults, none where it cannot be checked."""
        # Linux has a niceness for each thread; other systems refuse.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        try:
            with contextlib.closing(open_reader(self._path)) as connection:
                connection.set_progress_handler(lambda: self._is_ended, _PROGRESS_STEPS)
                return list_faults_quickly(connection)
        except DAMAGE_ERRORS as error:
            return [str(error)]
        except DatabaseUnusable as error:
            return [error.hint or error.message]
        except (apsw.InterruptError, *STORAGE_ERRORS) as error:
            _log.info("integrity.not-checked", error=error)
            return []

    def end(self) -> None:
        """End the check within milliseconds, wherever it is."""
        self._is_ended = True
