"""A few connections for files, so that neither the writer nor a reader waits for them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue
from typing import Any

import psycopg

from hero_assistance_server.storage.postgres.database.connection import BEGIN_WRITING, PostgresConnection
from hero_assistance_server.storage.postgres.database.errors import STORAGE_ERRORS, explain_error
from hero_assistance_server.storage.sql.connection import Bindings

# As many as there are threads for files; what discards files, in the thread of a reader, waits its turn.
CONNECTIONS = 4


class FileConnections:
    """Lends a connection to one thread at a time; errors of the database are `OSError`, as those of a disk."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: LifoQueue[PostgresConnection | None] = LifoQueue()
        for _ in range(CONNECTIONS):
            self._free.put(None)

    @contextmanager
    def transaction(self) -> Iterator[PostgresConnection]:
        """Commit what is written within, or nothing."""
        with self._lent() as connection:
            connection.begin(BEGIN_WRITING)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.roll_back()

    def read(self, statement: str, bindings: Bindings) -> list[Any]:
        """Return the rows of one statement, on another connection when this one was lost."""
        with self._lent() as connection:
            try:
                return list(connection.execute(statement, bindings))
            except psycopg.Error:
                if not connection.is_lost:
                    raise
            connection.reconnect()
            return list(connection.execute(statement, bindings))

    def close(self) -> None:
        """Close the connections, once no thread has one."""
        for _ in range(CONNECTIONS):
            connection = self._free.get()
            if connection is not None:
                connection.close()

    @contextmanager
    def _lent(self) -> Iterator[PostgresConnection]:
        connection = self._free.get()
        try:
            if connection is None:
                connection = PostgresConnection(self._url)
            yield connection
        except STORAGE_ERRORS as error:
            reason, _hint = explain_error(error)
            raise OSError(errno.EIO, reason) from error
        finally:
            self._free.put(connection)
