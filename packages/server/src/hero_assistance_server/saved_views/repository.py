"""What saved views need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from hero_assistance_sdk.wire import SavedView, UserId


class SavedViewRepository(Protocol):
    """The saved views of a project."""

    def find(self, view_id: int) -> SavedView | None:
        """Return one view, or `None`."""
        ...

    def find_by_name(self, owner: UserId, name: str) -> SavedView | None:
        """Return the owner's view of this name, or `None`."""
        ...

    def iterate_for(self, user_id: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[SavedView]:
        """Yield the user's own and the shared views behind a name and id, by name and id."""
        ...

    def count_owned(self, owner: UserId) -> int:
        """Return how many views the user owns."""
        ...

    def next_id(self) -> int:
        """Return the id of the next view, which was never given before; only within a unit of work."""
        ...

    def save(self, view: SavedView) -> None:
        """Write a new view, or what changed of one; its owner never changes."""
        ...

    def delete(self, view_id: int) -> None:
        """Delete a view."""
        ...
