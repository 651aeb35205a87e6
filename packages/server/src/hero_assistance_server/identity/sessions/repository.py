"""What sessions need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.identity.sessions.model import Session


class SessionRepository(Protocol):
    """The sessions of a project."""

    def find(self, session_id: str) -> Session | None:
        """Return the session with this id, or `None`."""
        ...

    def list_all(self) -> list[Session]:
        """Return every session."""
        ...

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[Session]:
        """Yield a user's sessions behind a time and an id, in the order in which they were made."""
        ...

    def add(self, session: Session) -> None:
        """Write a new session."""
        ...

    def delete(self, session_id: str) -> None:
        """Delete the session with this id, if there is one."""
        ...

    def note_seen(self, seen: Mapping[str, Millis]) -> None:
        """Write when sessions were used last, by their ids."""
        ...

    def delete_expired(self, now: Millis) -> None:
        """Delete the sessions that have ended by themselves."""
        ...
