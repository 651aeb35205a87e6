"""What drafts need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.drafts.rules import Draft, DraftKey


class DraftPlace(NamedTuple):
    """The place of a draft among those of its author, the latest first; `ticket_id` is 0 for a new ticket."""

    updated_at: Millis
    ticket_id: int
    kind: str


FIRST = DraftPlace(Millis(2**63 - 1), 0, "")


class DraftRepository(Protocol):
    """The drafts of all users."""

    def find(self, key: DraftKey) -> Draft | None:
        """Return one draft, or `None`."""
        ...

    def iterate_for(self, author: UserId, after: DraftPlace = FIRST) -> Iterator[Draft]:
        """Yield the author's drafts behind a place, the latest first."""
        ...

    def count_others(self, key: DraftKey) -> int:
        """Return how many drafts the author has without this one."""
        ...

    def save(self, draft: Draft) -> None:
        """Write a draft, in place of the one with its key."""
        ...

    def delete(self, key: DraftKey, sent_with: str | None = None) -> bool:
        """Delete a draft; returns whether there was one. It costs nothing for an author without drafts.

        One that has another token than the text that was sent is another text, and stays.
        """
        ...
