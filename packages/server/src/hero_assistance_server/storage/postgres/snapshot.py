"""The repositories over one PostgreSQL connection."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_server.storage.postgres.erasure import PostgresErasureEngine
from hero_assistance_server.storage.postgres.messages import PostgresMessages
from hero_assistance_server.storage.postgres.search.search_repository import PostgresSearch
from hero_assistance_server.storage.postgres.session import PostgresSession
from hero_assistance_server.storage.sql.erasure.repository import SqlErasure
from hero_assistance_server.storage.sql.snapshot import SqlSnapshot


@dataclass(slots=True)
class PostgresSnapshot(SqlSnapshot):
    """Implements `Snapshot`."""

    session: PostgresSession

    @property
    def erasure(self) -> SqlErasure:
        """Every table that names tickets or users."""
        return SqlErasure(self.session, PostgresErasureEngine)

    @property
    def messages(self) -> PostgresMessages:
        """The table `messages`."""
        return PostgresMessages(self.session)

    @property
    def search(self) -> PostgresSearch:
        """The index of this node, and the tickets of this snapshot; raises `TypeError` where there is no index."""
        if self.session.index is None:
            raise TypeError("a session without the index of its node searches nothing")
        return PostgresSearch(self.session.complete, self.session.index)
