"""Rows of saved views."""

from __future__ import annotations

from typing import Any

import apsw

from hero_assistance_sdk.wire import SavedView, UserId

_SELECT = "SELECT view_id, name, filter, owner, shared FROM saved_views"


def find(connection: apsw.Connection, view_id: int) -> SavedView | None:
    """One view, or `None`."""
    row = connection.execute(f"{_SELECT} WHERE view_id = ?", (view_id,)).fetchone()
    return _view(row) if row else None


def named(connection: apsw.Connection, owner: UserId, name: str) -> SavedView | None:
    """A person's view of this name, or `None`."""
    row = connection.execute(f"{_SELECT} WHERE owner = ? AND name = ?", (owner, name)).fetchone()
    return _view(row) if row else None


def seen_by(connection: apsw.Connection, user_id: UserId) -> list[SavedView]:
    """A person's own and the shared views, by name."""
    rows = connection.execute(f"{_SELECT} WHERE owner = ? OR shared = 1 ORDER BY name, view_id", (user_id,))
    return [_view(row) for row in rows]


def owned(connection: apsw.Connection, owner: UserId) -> int:
    """How many views a person has."""
    found: int = connection.execute("SELECT count(*) FROM saved_views WHERE owner = ?", (owner,)).get
    return found


def next_id(connection: apsw.Connection) -> int:
    """The id of the next view, never one that was given before; only the writer may ask."""
    last: int | None = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'saved_views'").get
    return (last or 0) + 1


def save(connection: apsw.Connection, view: SavedView) -> None:
    """Write a new view, or what changed of one; its owner never changes."""
    connection.execute(
        """INSERT INTO saved_views (view_id, owner, shared, name, filter) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (view_id) DO UPDATE SET
            shared = excluded.shared, name = excluded.name, filter = excluded.filter""",
        (view.view_id, view.owner, int(view.shared), view.name, view.filter),
    )


def delete(connection: apsw.Connection, view_id: int) -> None:
    """Take a view out."""
    connection.execute("DELETE FROM saved_views WHERE view_id = ?", (view_id,))


def _view(row: tuple[Any, ...]) -> SavedView:
    view_id, name, text, owner, shared = row
    return SavedView(view_id=view_id, name=name, filter=text, owner=owner, shared=bool(shared))
