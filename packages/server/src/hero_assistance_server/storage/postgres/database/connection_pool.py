"""A few threads that read, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.errors import STORAGE_ERRORS, explain_error

T = TypeVar("T")

# A read waits for the network more than for the interpreter.
READERS = 8


class ConnectionPool:
    """Runs queries, each in one read transaction; a thread whose connection was lost connects again."""

    def __init__(self, url: str, note_error: Callable[[Exception], None] = lambda _error: None) -> None:
        """`note_error` gets each error of the database, in the thread of a reader."""
        self._url = url
        self._note_error = note_error
        self._local = threading.local()
        self._connections: list[PostgresConnection] = []
        self.executor = ThreadPoolExecutor(READERS, "store-reader")

    def run(self, query: Callable[[PostgresConnection], T]) -> T:
        """Answer one query, in a thread of `executor`; raises `StoreUnavailable`."""
        try:
            connection = self._own_connection()
            connection.begin_reading()
            try:
                return query(connection)
            finally:
                connection.finish_reading()
        except STORAGE_ERRORS as error:
            self._note_error(error)
            reason, hint = explain_error(error)
            raise StoreUnavailable(f"the database cannot be read: {reason}", hint=hint) from error

    def close(self) -> None:
        """End the threads and close their connections."""
        self.executor.shutdown()
        for connection in self._connections:
            connection.close()

    def _own_connection(self) -> PostgresConnection:
        found: PostgresConnection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = PostgresConnection(self._url)
            self._connections.append(found)
        return found
