"""The port that statements run through: what an engine's connection offers the repositories.

The names are those of `apsw.Connection`: SQLite passes its own connection, and nothing stands between it and a
statement. Another engine passes an object that understands the same statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Value = str | int | bytes | None
Bindings = Sequence[Value] | Mapping[str, Value]


class Cursor(Protocol):
    """The rows of one statement; those that are not asked for may stay unread."""

    @property
    def get(self) -> Any:
        """The only value of the first row, the row if it has several, or `None` without a row."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, or `None`."""
        ...

    def __iter__(self) -> Iterator[Any]: ...

    def __next__(self) -> Any: ...


class Connection(Protocol):
    """A connection within a transaction.

    A statement has `?`, `?1` or `:name` for each value. A truth value is the number 0 or 1, a text is compared by its
    bytes in UTF-8, and `/*! ... */` is read by every engine but SQLite.
    """

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, or one that failed is to be rolled back."""
        ...

    def execute(self, statements: str, bindings: Bindings | None = None, /) -> Cursor:
        """Run a statement with these values."""
        ...

    def executemany(self, statements: str, sequenceofbindings: Iterable[Bindings], /) -> Cursor:
        """Run a statement for each of these."""
        ...

    def changes(self) -> int:
        """Return how many rows the last INSERT, UPDATE or DELETE wrote."""
        ...

    def total_changes(self) -> int:
        """Return how many rows were written since the connection was opened."""
        ...


def quote_name(name: str) -> str:
    """Return the name of a table or column as a statement takes it; a database from elsewhere may hold any name."""
    quoted = name.replace('"', '""')
    return f'"{quoted}"'
