"""Saved views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import SavedView, UserId
from hero_assistance_server.saved_views.repository import FIRST, PlacedView
from hero_assistance_server.storage.sql.session import StorageSession

# Behind every place that a user has given.
UNPLACED = 1_000_000

_SELECT = "SELECT view_id, name, filter, owner, shared FROM saved_views"
_LIST = """SELECT saved_views.view_id, name, filter, owner, shared, coalesce(view_places.place, ?1) AS position
    FROM saved_views LEFT JOIN view_places
        ON view_places.user_id = ?2 AND view_places.view_id = saved_views.view_id
    WHERE (owner = ?2 OR shared = 1) AND (coalesce(view_places.place, ?1), name, saved_views.view_id) > (?3, ?4, ?5)
    ORDER BY position, name, saved_views.view_id"""


@dataclass(frozen=True, slots=True)
class SqlSavedViews:
    """Implements `SavedViewRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, view_id: int) -> SavedView | None:
        """Read one view by its id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE view_id = ?", (view_id,)).fetchone()
        return _to_view(row) if row else None

    def find_by_name(self, owner: UserId, name: str) -> SavedView | None:
        """Read the owner's view of this name."""
        row = self.session.direct.execute(f"{_SELECT} WHERE owner = ? AND name = ?", (owner, name)).fetchone()
        return _to_view(row) if row else None

    def iterate_for(self, user_id: UserId, after: tuple[int, str, int] = FIRST) -> Iterator[PlacedView]:
        """Walk the user's views and the shared ones, in the user's order."""
        rows = self.session.direct.execute(_LIST, (UNPLACED, user_id, *after))
        return (PlacedView(place, _to_view(row)) for *row, place in rows)

    def save_order(self, user_id: UserId, view_ids: Sequence[int]) -> None:
        """Replace the user's places by those of these views."""
        connection = self.session.direct
        connection.execute("DELETE FROM view_places WHERE user_id = ?", (user_id,))
        connection.executemany(
            "INSERT INTO view_places (user_id, view_id, place) VALUES (?, ?, ?)",
            [(user_id, view_id, place) for place, view_id in enumerate(view_ids, start=1)],
        )

    def count_owned(self, owner: UserId) -> int:
        """Count the user's views."""
        found: int = self.session.direct.execute("SELECT count(*) FROM saved_views WHERE owner = ?", (owner,)).get
        return found

    def next_id(self) -> int:
        """Return the number after the last one that the table ever gave."""
        return self.session.last_id("saved_views") + 1

    def save(self, view: SavedView) -> None:
        """Insert a view, or update all of its row but the owner."""
        self.session.direct.execute(
            """INSERT INTO saved_views (view_id, owner, shared, name, filter) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (view_id) DO UPDATE SET
                shared = excluded.shared, name = excluded.name, filter = excluded.filter""",
            (view.view_id, view.owner, int(view.shared), view.name, view.filter),
        )

    def delete(self, view_id: int) -> None:
        """Delete the row of a view, if there is one."""
        self.session.direct.execute("DELETE FROM saved_views WHERE view_id = ?", (view_id,))


def _to_view(row: Sequence[Any]) -> SavedView:
    view_id, name, text, owner, shared = row
    return SavedView(view_id=view_id, name=name, filter=text, owner=owner, shared=bool(shared))
