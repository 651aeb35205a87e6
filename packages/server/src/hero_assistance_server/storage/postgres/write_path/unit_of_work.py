"""Implements `UnitOfWork` in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.postgres.session import PostgresSession
from hero_assistance_server.storage.postgres.snapshot import PostgresSnapshot
from hero_assistance_server.storage.sql.write_path.unit_of_work import SqlUnitOfWork


@dataclass(slots=True)
class PostgresUnitOfWork(SqlUnitOfWork, PostgresSnapshot):
    """The repositories for one command."""

    session: PostgresSession
