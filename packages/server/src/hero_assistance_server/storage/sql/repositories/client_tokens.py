"""Client tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.timestamps import millis


@dataclass(frozen=True, slots=True)
class SqlClientTokens:
    """Implements `ClientTokenRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, user_id: UserId, method: str, token: str | None) -> int | None:
        """Look a token up; without one there is nothing to find."""
        if token is None:
            return None
        found = self.session.direct.execute(
            "SELECT result_id FROM client_tokens WHERE user_id = ? AND method = ? AND token = ?",
            (user_id, method, token),
        ).get
        return None if found is None else int(found)

    def add(self, user_id: UserId, method: str, token: str | None, result_id: int, now: datetime) -> None:
        """Insert a token, if the request had one."""
        if token is not None:
            self.session.direct.execute(
                "INSERT INTO client_tokens (user_id, method, token, result_id, created_at) VALUES (?, ?, ?, ?, ?)",
                (user_id, method, token, result_id, millis(now)),
            )

    def prune(self, before: datetime, limit: int) -> int:
        """Delete the oldest tokens before a time; returns how many."""
        self.session.direct.execute(
            """DELETE FROM client_tokens WHERE (user_id, method, token) IN (
                SELECT user_id, method, token FROM client_tokens WHERE created_at < ? ORDER BY created_at LIMIT ?)""",
            (millis(before), limit),
        )
        return self.session.direct.changes()
