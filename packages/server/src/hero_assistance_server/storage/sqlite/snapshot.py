"""The repositories over one SQLite connection."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from hero_assistance_server.storage.sqlite.audit import SqliteAudit
from hero_assistance_server.storage.sqlite.client_tokens import SqliteClientTokens
from hero_assistance_server.storage.sqlite.events import SqliteEvents
from hero_assistance_server.storage.sqlite.messages import SqliteMessages
from hero_assistance_server.storage.sqlite.saved_views import SqliteSavedViews
from hero_assistance_server.storage.sqlite.search import SqliteSearch
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.stats import SqliteStats
from hero_assistance_server.storage.sqlite.tickets import SqliteTickets


@dataclass(slots=True)
class SqliteSnapshot:
    """Implements `Snapshot`."""

    session: Session

    @property
    def audit(self) -> SqliteAudit:
        return SqliteAudit(self.session)

    @property
    def client_tokens(self) -> SqliteClientTokens:
        return SqliteClientTokens(self.session)

    @property
    def events(self) -> SqliteEvents:
        return SqliteEvents(self.session)

    @property
    def messages(self) -> SqliteMessages:
        return SqliteMessages(self.session)

    @property
    def saved_views(self) -> SqliteSavedViews:
        return SqliteSavedViews(self.session)

    @property
    def search(self) -> SqliteSearch:
        return SqliteSearch(self.session)

    @property
    def stats(self) -> SqliteStats:
        return SqliteStats(self.session)

    @property
    def tickets(self) -> SqliteTickets:
        return SqliteTickets(self.session)

    @property
    def connection(self) -> apsw.Connection:
        """The connection itself, for callers that do not use repositories yet."""
        return self.session.complete
