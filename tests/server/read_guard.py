"""A guard over the writer's connection: no statement may read a table of which rows wait in the batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import apsw.ext
import pytest

from hero_assistance_server.storage.sql.bulk_insert import Rows
from hero_assistance_server.storage.sql.write_path.write_batch import WriteBatch
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.write_path import groups

# Tables with rows of changes that the batch has not followed yet.
DERIVED = frozenset({"places", "listings", "tallies", "search_index"})


class ReadGuard:
    """Records the statements that read a table with waiting rows; statements of the flush itself find none."""

    def __init__(self) -> None:
        self.statements: set[str] = set()
        self.violations: list[tuple[str, frozenset[str]]] = []
        self._database: Path | None = None
        self._tables: dict[str, frozenset[str]] = {}

    def watch(self, connection: apsw.Connection, batch: WriteBatch) -> None:
        """Check every statement that the connection executes from now on."""
        self._database = Path(connection.filename)

        def check(_cursor: Any, sql: str, _bindings: Any) -> bool:
            self.statements.add(sql)
            if unwritten := self._tables_read(sql) & waiting_tables(batch):
                self.violations.append((sql, unwritten))
            return True

        connection.exec_trace = check

    def _tables_read(self, sql: str) -> frozenset[str]:
        """Return the tables that a statement reads, as the authorizer of another connection is told."""
        if sql not in self._tables:
            assert self._database is not None
            reader = open_reader(self._database)
            actions = apsw.ext.query_info(reader, sql, actions=True).actions or []
            reader.close()
            found = {str(action.table_name) for action in actions if action.action_name == "SQLITE_READ"}
            if "sqlite_sequence" in found:
                # One row for each table that numbers its rows.
                found |= {table for table in ("events", "audit") if f"'{table}'" in sql}
            self._tables[sql] = frozenset(found)
        return self._tables[sql]


@contextmanager
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadGuard]:
    """Watch every unit of work of stores that are opened within; fails when a statement read what waits."""
    guard = ReadGuard()

    def watched(connection: apsw.Connection, *rest: Any) -> WriteBatch:
        batch = WriteBatch(connection, *rest)
        guard.watch(connection, batch)
        return batch

    monkeypatch.setattr(groups, "WriteBatch", watched)
    yield guard


def waiting_tables(batch: WriteBatch) -> frozenset[str]:
    """Return the tables of which rows wait to be written."""
    statements = [*_waiting(batch.tickets._rows), *_waiting(batch.rows)]
    found = {statement.split()[2] for statement in statements}
    return frozenset(found | DERIVED if batch._reindexed < len(batch._changes) else found)


def _waiting(rows: Rows) -> list[str]:
    return [statement for statement, _ in rows._waiting[rows._written :]]
