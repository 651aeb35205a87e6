"""One PostgreSQL connection, and the rows that wait to be written on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hero_assistance_server.storage.postgres.database.connection import PORTION, PostgresConnection
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
        """Read the first rows at once, and open a cursor for those behind them: mostly there are none.

        In a unit of work all of them come from a cursor, which does not see what the command writes meanwhile.
        """
        if self.batch is not None:
            yield from connection.walk(statement, bindings)
            return
        first = list(connection.execute(f"{statement} LIMIT {PORTION}", bindings))
        yield from first
        if len(first) == PORTION:
            yield from connection.walk(f"{statement} OFFSET {PORTION}", bindings)
