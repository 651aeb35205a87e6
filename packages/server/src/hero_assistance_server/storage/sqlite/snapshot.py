"""The repositories over one SQLite connection."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.sql.erasure.repository import SqlErasure
from hero_assistance_server.storage.sql.snapshot import SqlSnapshot
from hero_assistance_server.storage.sqlite.erasure.engine import SqliteErasureEngine
from hero_assistance_server.storage.sqlite.search.search_repository import SqliteSearch
from hero_assistance_server.storage.sqlite.session import SqliteSession


@dataclass(slots=True)
class SqliteSnapshot(SqlSnapshot):
    """Implements `Snapshot`."""

    session: SqliteSession

    @property
    def erasure(self) -> SqlErasure:
        """Every table that names tickets or users."""
        return SqlErasure(self.session, SqliteErasureEngine)

    @property
    def search(self) -> SqliteSearch:
        """The full-text table `search_index`."""
        return SqliteSearch(self.session)
