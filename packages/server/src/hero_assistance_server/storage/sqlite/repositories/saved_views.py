"""Saved views in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hero_assistance_sdk.wire import SavedView, UserId
from hero_assistance_server.storage.sqlite.session import Session

_SELECT = "SELECT view_id, name, filter, owner, shared FROM saved_views"


@dataclass(frozen=True, slots=True)
class SqliteSavedViews:
    """Implements `SavedViewRepository`; no row of its table ever waits."""

    session: Session

    def find(self, view_id: int) -> SavedView | None:
        row = self.session.direct.execute(f"{_SELECT} WHERE view_id = ?", (view_id,)).fetchone()
        return _to_view(row) if row else None

    def find_by_name(self, owner: UserId, name: str) -> SavedView | None:
        row = self.session.direct.execute(f"{_SELECT} WHERE owner = ? AND name = ?", (owner, name)).fetchone()
        return _to_view(row) if row else None

    def iterate_for(self, user_id: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[SavedView]:
        rows = self.session.direct.execute(
            f"{_SELECT} WHERE (owner = ? OR shared = 1) AND (name, view_id) > (?, ?) ORDER BY name, view_id",
            (user_id, *after),
        )
        return map(_to_view, rows)

    def count_owned(self, owner: UserId) -> int:
        found: int = self.session.direct.execute("SELECT count(*) FROM saved_views WHERE owner = ?", (owner,)).get
        return found

    def next_id(self) -> int:
        last: int | None = self.session.direct.execute("SELECT seq FROM sqlite_sequence WHERE name = 'saved_views'").get
        return (last or 0) + 1

    def save(self, view: SavedView) -> None:
        self.session.direct.execute(
            """INSERT INTO saved_views (view_id, owner, shared, name, filter) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (view_id) DO UPDATE SET
                shared = excluded.shared, name = excluded.name, filter = excluded.filter""",
            (view.view_id, view.owner, int(view.shared), view.name, view.filter),
        )

    def delete(self, view_id: int) -> None:
        self.session.direct.execute("DELETE FROM saved_views WHERE view_id = ?", (view_id,))


def _to_view(row: tuple[Any, ...]) -> SavedView:
    view_id, name, text, owner, shared = row
    return SavedView(view_id=view_id, name=name, filter=text, owner=owner, shared=bool(shared))
