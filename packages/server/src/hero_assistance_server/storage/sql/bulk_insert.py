"""Many rows by one statement.

Each step of a statement releases the interpreter's lock and waits for it again, while the event loop is busy: once for
each row that `executemany` is given, once for up to 64 rows here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice

from hero_assistance_server.storage.sql.connection import Connection

Value = str | int | None
Row = tuple[Value, ...]
# How many rows wait, and how many of them are written.
Mark = tuple[int, int]
# Rows of the largest statement. Statements of every size up to it stay prepared: groups of the same callers have nearly
# the same size again and again.
PORTION = 64
# How many such statements there are: nine, and one of a migration to come.
KINDS = 10


class InsertsRows(ABC):
    """A connection that has a way of its own to insert many rows."""

    @abstractmethod
    def insert_rows(self, statement: str, rows: Sequence[Row]) -> None:
        """Run `INSERT ... VALUES {rows} ...` for these rows."""


def insert(connection: Connection, statement: str, rows: Iterable[Row]) -> None:
    """Run `INSERT ... VALUES {rows} ...` for these rows, which all have as many values.

    64 are held at a time, where the connection has no way of its own.
    """
    if isinstance(connection, InsertsRows):
        connection.insert_rows(statement, list(rows))
        return
    coming = iter(rows)
    while portion := list(islice(coming, PORTION)):
        connection.execute(
            _statement_for(statement, len(portion), len(portion[0])), tuple(chain.from_iterable(portion))
        )


class Rows:
    """Rows that wait to be inserted together: those of one statement at once, in the order of the first of each."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Row]] = []
        self._written = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, statement: str, row: Row) -> None:
        """Insert this row at the next flush."""
        self._waiting.append((statement, row))

    def mark(self) -> Mark:
        """Return where `rollback_to` goes back to."""
        return len(self._waiting), self._written

    def rollback_to(self, mark: Mark) -> None:
        """Forget the rows after the mark, and write again what was written since then."""
        count, self._written = mark
        del self._waiting[count:]

    def flush(self, connection: Connection) -> None:
        """Insert the rows that wait."""
        if self._written == len(self._waiting):
            return
        found: dict[str, list[Row]] = {}
        for statement, row in self._waiting[self._written :]:
            found.setdefault(statement, []).append(row)
        self._written = len(self._waiting)
        for statement, rows in found.items():
            insert(connection, statement, rows)


@lru_cache(KINDS * PORTION)
def _statement_for(statement: str, rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return statement.format(rows=", ".join([row] * rows))
