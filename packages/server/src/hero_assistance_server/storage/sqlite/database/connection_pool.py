"""A few threads that read, each with a read-only connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.errors import STORAGE_ERRORS, explain_error

T = TypeVar("T")

# A read takes well under a millisecond; more threads than this only compete for the interpreter.
READERS = 4


class ConnectionPool:
    """Runs queries, each in one read transaction: everything it reads is of the same moment.

    `note_error` gets each error of the disk, the memory or damage, in the thread of the query.
    """

    def __init__(self, path: Path, note_error: Callable[[Exception], None]) -> None:
        self._path = path
        self._note_error = note_error
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        self.executor = ThreadPoolExecutor(READERS, "store-reader", self._open)

    def run(self, query: Callable[[apsw.Connection], T]) -> T:
        """Answer one query, in a thread of `executor`; raises `StoreUnavailable`."""
        connection: apsw.Connection = self._local.connection
        try:
            connection.execute("BEGIN")
            try:
                return query(connection)
            finally:
                connection.execute("COMMIT")
        except STORAGE_ERRORS as error:
            self._note_error(error)
            reason, hint = explain_error(error)
            raise StoreUnavailable(f"the database cannot be read: {reason}", hint=hint) from error

    def close(self) -> None:
        """End the threads and close their connections."""
        self.executor.shutdown()
        for connection in self._connections:
            connection.close()

    def _open(self) -> None:
        self._local.connection = open_reader(self._path)
        self._connections.append(self._local.connection)
