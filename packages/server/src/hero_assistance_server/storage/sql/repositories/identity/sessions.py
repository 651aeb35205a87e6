"""Sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sessions.model import Session as SignedIn
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.storage.sql.session import StorageSession

_SELECT = """SELECT session_id, token_hash, user_id, device_name, method, created_at, last_seen_at, expires_at
    FROM sessions"""


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """Implements `SessionRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, session_id: str) -> SignedIn | None:
        """Read the session with this id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE session_id = ?", (session_id,)).fetchone()
        return _to_session(*row) if row else None

    def list_all(self) -> list[SignedIn]:
        """Read the whole table."""
        return [_to_session(*row) for row in self.session.direct.execute(_SELECT)]

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[SignedIn]:
        """Walk a user's sessions, the one made first before the others."""
        rows = self.session.direct.execute(
            f"{_SELECT} WHERE user_id = ? AND (created_at, session_id) > (?, ?) ORDER BY created_at, session_id",
            (user_id, *after),
        )
        return (_to_session(*row) for row in rows)

    def add(self, session: SignedIn) -> None:
        """Insert the row of a session."""
        self.session.direct.execute(
            """INSERT INTO sessions (session_id, token_hash, user_id, device_name, method, created_at, last_seen_at,
            expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                session.session_id,
                session.token_hash,
                session.user_id,
                session.device_name,
                session.method.value,
                session.created_at,
                session.last_seen_at,
                session.expires_at,
            ),
        )

    def delete(self, session_id: str) -> None:
        """Delete the row of an id, if there is one."""
        self.session.direct.execute("DELETE FROM sessions WHERE session_id = ?", (session_id,))

    def note_seen(self, seen: Mapping[str, Millis]) -> None:
        """Update the rows of these ids."""
        self.session.direct.executemany(
            "UPDATE sessions SET last_seen_at = ?1 WHERE session_id = ?2 AND last_seen_at < ?1",
            [(at, name) for name, at in seen.items()],
        )

    def delete_expired(self, now: Millis) -> None:
        """Delete the rows whose time is over."""
        self.session.direct.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))


def _to_session(session_id: str, token_hash: bytes, user_id: UserId, device_name: str, *rest: Any) -> SignedIn:
    method, created_at, last_seen_at, expires_at = rest
    return SignedIn(
        session_id, token_hash, user_id, device_name, SignInMethod(method), created_at, last_seen_at, expires_at
    )
