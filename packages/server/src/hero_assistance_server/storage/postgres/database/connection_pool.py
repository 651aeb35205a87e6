"""A few threads that read, and their connections."""

from __future__ import annotations

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
    """Runs queries, each in one read transaction; a connection that was lost is made again."""

    def __init__(self, url: str, note_error: Callable[[Exception], None] = lambda _error: None) -> None:
        """`note_error` gets each error of the database, in the thread of a reader."""
        self._url = url
        self._note_error = note_error
        self._connections: list[PostgresConnection] = []
        # The one that was used last is taken first: it has the most statements prepared.
        self._idle: list[PostgresConnection] = []
        self.executor = ThreadPoolExecutor(READERS, "store-reader")

    def run(self, query: Callable[[PostgresConnection], T]) -> T:
        """Answer one query, in a thread of `executor`; raises `StoreUnavailable`."""
        try:
            connection = self._take()
            try:
                connection.begin_reading()
                try:
                    return query(connection)
                finally:
                    connection.finish_reading()
            finally:
                self._idle.append(connection)
        except STORAGE_ERRORS as error:
            self._note_error(error)
            reason, hint = explain_error(error)
            raise StoreUnavailable(f"the database cannot be read: {reason}", hint=hint) from error

    def close(self) -> None:
        """End the threads and close their connections."""
        self.executor.shutdown()
        for connection in self._connections:
            connection.close()

    def _take(self) -> PostgresConnection:
        try:
            return self._idle.pop()
        except IndexError:
            made = PostgresConnection(self._url)
            self._connections.append(made)
            return made
