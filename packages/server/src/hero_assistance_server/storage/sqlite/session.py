"""One SQLite connection, and the rows that wait to be written on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apsw

from hero_assistance_server.storage.sql.connection import Bindings
from hero_assistance_server.storage.sql.session import SqlSession


class SqliteSession(SqlSession[apsw.Connection]):
    """Implements `StorageSession`."""

    __slots__ = ()

    def last_id(self, table: str) -> int:
        """Read what AUTOINCREMENT keeps."""
        query = f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"  # noqa: S608
        found: int | None = self.direct.execute(query).get
        return found or 0

    def walk(self, connection: apsw.Connection, statement: str, bindings: Bindings) -> Iterator[Any]:
        """Step through the statement itself."""
        return connection.execute(statement, bindings)
