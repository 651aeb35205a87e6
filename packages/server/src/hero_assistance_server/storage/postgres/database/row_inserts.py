"""Statements that insert rows of one table or of several at once, with an array for each column.

One with a place for each value would be planned again for each number of rows, which costs more than to run it. These
have the same text for any number, and stay prepared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hero_assistance_server.storage.sql.bulk_insert import Row, Value

_FORM = re.compile(r"\s*INSERT INTO (\w+) \(([^)]*)\)\s+VALUES \{rows\}(.*)", re.DOTALL)
# The type of each column, by table and name.
Types = Mapping[tuple[str, str], str]
# Of everything in the schema, once for a connection.
READ_TYPES = """SELECT tables.relname::text, columns.attname::text, format_type(columns.atttypid, NULL)
    FROM pg_class AS tables
    JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
    JOIN pg_attribute AS columns ON columns.attrelid = tables.oid AND columns.attnum > 0 AND NOT columns.attisdropped
    WHERE schemas.nspname = ? AND tables.relkind IN ('r', 'p')"""

# Statements of each kind, and of each set of tables that a group wrote to.
_KEPT = 256


@dataclass(frozen=True, slots=True)
class _Insert:
    """The parts of a shared `INSERT ... VALUES {rows} ...`."""

    table: str
    columns: tuple[str, ...]
    rest: str


class RowInserts:
    """Makes statements of the shared ones, for tables whose columns have these types."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self.write = lru_cache(_KEPT)(self._write)
        self.write_parts = lru_cache(_KEPT)(self._write_parts)

    def _write(self, statement: str, first: int = 1) -> str:
        """Return a statement with arrays in the place of its rows, the first of which is `$first`."""
        found = _parse(statement)
        arrays = (f"${number}::{self._types[found.table, name]}[]" for number, name in enumerate(found.columns, first))
        names = ", ".join(found.columns)
        return f"INSERT INTO {found.table} ({names}) SELECT * FROM unnest({', '.join(arrays)}){found.rest}"  # noqa: S608

    def _write_parts(self, parts: str, statements: Sequence[str], first: int) -> str:
        """Return a `WITH` of these parts and of these statements, whose arrays begin with `$first`."""
        written = [parts]
        for number, statement in enumerate(statements):
            written.append(f"rows_{number} AS ({self._write(statement, first)})")
            first += len(_parse(statement).columns)
        return f"WITH {', '.join(written)}"


def encode_columns(rows: Sequence[Row]) -> list[str]:
    """Return an array for each column of rows, as PostgreSQL writes it."""
    return [f"{{{','.join(map(_encode, column))}}}" for column in zip(*rows, strict=True)]


def _encode(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if '"' in value:
        value = value.replace('"', '\\"')
    return f'"{value}"'


@lru_cache
def _parse(statement: str) -> _Insert:
    found = _FORM.fullmatch(statement)
    if found is None:
        raise ValueError(f"no statement that inserts rows: {statement}")
    table, names, rest = found.groups()
    return _Insert(table, tuple(name.strip() for name in names.split(",")), rest)
