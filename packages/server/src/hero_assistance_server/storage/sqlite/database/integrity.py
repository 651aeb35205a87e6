"""Checks whether a database is whole, on a connection of its own, while others read and write."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import apsw

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.errors import DatabaseUnusable
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.errors import DAMAGE_ERRORS, STORAGE_ERRORS

# More say nothing that a person could use.
FAULTS_LIMIT = 100
# Callers go first; the check has all day.
_NICENESS = 10
# Some thousand cells; the interpreter is asked as often, which costs nothing that can be measured.
_PROGRESS_STEPS = 5_000

_log = get_log("integrity")


def list_faults(connection: apsw.Connection, *, thorough: bool) -> list[str]:
    """Return what is damaged, a line each, at most `FAULTS_LIMIT`; `thorough` compares indexes with tables, too."""
    pragma = "integrity_check" if thorough else "quick_check"
    lines: list[str] = []
    try:
        for (text,) in connection.execute(f"PRAGMA {pragma}({FAULTS_LIMIT})"):
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
                return list_faults(connection, thorough=False)
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
