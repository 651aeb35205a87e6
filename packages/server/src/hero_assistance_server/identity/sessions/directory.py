"""The sessions of this project, in memory: a request of the page looks up its own."""

from __future__ import annotations

from collections.abc import Iterable

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.secret_tokens import hash_token, is_token
from hero_assistance_server.identity.sessions.model import Session

# The time of the last use is written this much later at most; a list shows it by the minute.
_SEEN_EVERY_MS = 60_000


class SessionDirectory:
    """The sessions as the database has them; each write of one changes it here after the commit."""

    def __init__(self, sessions: Iterable[Session] = ()) -> None:
        self._by_hash: dict[bytes, Session] = {}
        self._by_id: dict[str, Session] = {}
        # Tokens that were found, and those of each session's id: a request of the page costs no second hash.
        self._by_token: dict[str, Session] = {}
        self._tokens: dict[str, str] = {}
        self._by_user: dict[UserId, dict[str, Session]] = {}
        # What is newer than the database, by the session's id.
        self._seen: dict[str, Millis] = {}
        self._unwritten: dict[str, Millis] = {}
        self._has_expired = False
        for session in sessions:
            self.add(session)

    def __len__(self) -> int:
        return len(self._by_hash)

    def add(self, session: Session) -> None:
        """Add a session."""
        self._by_hash[session.token_hash] = self._by_id[session.session_id] = session
        self._by_user.setdefault(session.user_id, {})[session.session_id] = session

    def remove(self, session: Session) -> None:
        """Remove a session, if it is there."""
        self._by_hash.pop(session.token_hash, None)
        self._by_id.pop(session.session_id, None)
        self._by_token.pop(self._tokens.pop(session.session_id, ""), None)
        self._seen.pop(session.session_id, None)
        self._unwritten.pop(session.session_id, None)
        own = self._by_user.get(session.user_id, {})
        own.pop(session.session_id, None)
        if not own:
            self._by_user.pop(session.user_id, None)

    def find(self, token: str, now: Millis) -> Session | None:
        """Return the session of a token that has not expired, or `None`; notes that it is used."""
        session = self._by_token.get(token) or self._find_by_hash(token)
        if session is None or session.expires_at <= now:
            return None
        if now - self._seen.get(session.session_id, session.last_seen_at) >= _SEEN_EVERY_MS:
            self._seen[session.session_id] = self._unwritten[session.session_id] = now
        return session

    def _find_by_hash(self, token: str) -> Session | None:
        session = self._by_hash.get(hash_token(token)) if is_token(token) else None
        if session is not None:
            self._by_token[token] = session
            self._tokens[session.session_id] = token
        return session

    def find_by_id(self, session_id: str) -> Session | None:
        """Return the session with an id, or `None`."""
        return self._by_id.get(session_id)

    def list_of(self, user_id: UserId) -> list[Session]:
        """Return the sessions of a user."""
        return list(self._by_user.get(user_id, {}).values())

    def remove_expired(self, now: Millis) -> list[Session]:
        """Remove the sessions that have ended by themselves, and return them."""
        expired = [session for session in self._by_hash.values() if session.expires_at <= now]
        for session in expired:
            self.remove(session)
        self._has_expired = self._has_expired or bool(expired)
        return expired

    def take_expired(self) -> bool:
        """Return whether sessions have ended by themselves whose rows are there still, and count these as deleted."""
        taken, self._has_expired = self._has_expired, False
        return taken

    def last_seen(self, session: Session) -> Millis:
        """Return when a session was used last, to the minute."""
        return max(self._seen.get(session.session_id, session.last_seen_at), session.last_seen_at)

    def take_seen(self) -> dict[str, Millis]:
        """Return the times of use that are not written yet, and count them as written."""
        taken, self._unwritten = self._unwritten, {}
        return taken
