"""Implements `UnitOfWork` in SQLite."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sql.write_path.unit_of_work import SqlUnitOfWork
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.snapshot import SqliteSnapshot


@dataclass(slots=True)
class SqliteUnitOfWork(SqlUnitOfWork, SqliteSnapshot):
    """The repositories for one command, with search and erasure."""

    session: SqliteSession
