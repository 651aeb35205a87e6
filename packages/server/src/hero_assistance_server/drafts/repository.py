"""What drafts need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.drafts.rules import Draft, DraftKey


class DraftRepository(Protocol):
    """The drafts of all users."""

    def find(self, key: DraftKey) -> Draft | None:
        """Return one draft, or `None`."""
        ...

    def list_for(self, author: UserId) -> list[Draft]:
        """Return the author's drafts, the latest first."""
        ...

    def count_others(self, key: DraftKey) -> int:
        """Return how many drafts the author has without this one."""
        ...

    def save(self, draft: Draft) -> None:
        """Write a draft, in place of the one with its key."""
        ...

    def delete(self, key: DraftKey) -> bool:
        """Delete a draft; returns whether there was one. It costs nothing for an author without drafts."""
        ...
