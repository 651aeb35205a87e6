"""One PostgreSQL connection, and the rows that wait to be written on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import read_last_id
from hero_assistance_server.storage.postgres.search.search_repository import NodeIndex
from hero_assistance_server.storage.sql.connection import Bindings
from hero_assistance_server.storage.sql.session import SqlSession


@dataclass(slots=True)
class PostgresSession(SqlSession[PostgresConnection]):
    """Implements `StorageSession`; `index` is this node's."""

    index: NodeIndex | None = None

    def last_id(self, table: str) -> int:
        """Read the row that a trigger keeps for the table."""
        return read_last_id(self.direct, table)

    def walk(self, connection: PostgresConnection, statement: str, bindings: Bindings) -> Iterator[Any]:
        """Open a cursor within the transaction."""
        return connection.walk(statement, bindings)
