"""The repositories over one SQLite connection."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from hero_assistance_server.storage.sqlite.saved_views import SqliteSavedViews
from hero_assistance_server.storage.sqlite.session import Session


@dataclass(slots=True)
class SqliteSnapshot:
    """Implements `Snapshot`."""

    session: Session

    @property
    def saved_views(self) -> SqliteSavedViews:
        return SqliteSavedViews(self.session)

    @property
    def connection(self) -> apsw.Connection:
        """The connection itself, for callers that do not use repositories yet."""
        return self.session.with_tickets
