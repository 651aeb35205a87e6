"""What saved views need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from hero_assistance_sdk.wire import SavedView, UserId


class PlacedView(NamedTuple):
    """A view, and its place among those of a user: the number of the last one where the user gave it none."""

    place: int
    view: SavedView

    @property
    def position(self) -> tuple[int, str, int]:
        """Where it is in the list of the user's views."""
        return (self.place, self.view.name, self.view.view_id)


# Before the first view of a list.
FIRST = (0, "", 0)


class SavedViewRepository(Protocol):
    """The saved views of a project."""

    def find(self, view_id: int) -> SavedView | None:
        """Return one view, or `None`."""
        ...

    def find_by_name(self, owner: UserId, name: str) -> SavedView | None:
        """Return the owner's view of this name, or `None`."""
        ...

    def iterate_for(self, user_id: UserId, after: tuple[int, str, int] = FIRST) -> Iterator[PlacedView]:
        """Yield the user's own and the shared views behind a position: in the user's order, then by name and id."""
        ...

    def save_order(self, user_id: UserId, view_ids: Sequence[int]) -> None:
        """Write the order of a user's views; those that are not named have no place any more."""
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
