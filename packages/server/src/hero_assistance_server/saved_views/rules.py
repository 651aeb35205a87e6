"""Rules of saved views: who may save and delete them, and which agents receive the change."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Record, Removed, Role, SavedView, ViewOrder
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import TEAM, AnyChange, Audience, Change, Reach
from hero_assistance_server.saved_views.event_types import VIEW_DELETED, VIEW_ORDERED, VIEW_SAVED
from hero_assistance_server.users.model import User


def save(*, before: SavedView | None, after: SavedView, by: User) -> list[AnyChange]:
    """Save a view; raises `Forbidden` for one of another agent, and for a shared one unless `by` is an admin."""
    for view in (before, after):
        if view is not None:
            _permit(view, by)
    if before == after:
        return []
    changes = [_change(VIEW_SAVED, after, after)]
    if before is not None and before.shared and not after.shared:
        # The other agents lose the view. The owner receives the deletion too, and then the saved view.
        changes.insert(0, _change(VIEW_DELETED, before, _make_removed(before)))
    return changes


def delete(*, view: SavedView, by: User) -> AnyChange:
    """Delete a view; raises `Forbidden`."""
    _permit(view, by)
    return _change(VIEW_DELETED, view, _make_removed(view))


def order(view_ids: Sequence[int], by: User) -> AnyChange:
    """Return the change that says to the user's screens in which order the user has put the views."""
    audience = Audience(Reach.NAMED, frozenset({by.user_id}))
    return Change(VIEW_ORDERED, None, None, audience, record=ViewOrder(view_ids=list(view_ids)))


def sees(user: User, view: SavedView) -> bool:
    """Whether an agent may see a view."""
    return view.shared or view.owner == user.user_id


def _permit(view: SavedView, by: User) -> None:
    if view.shared and by.role is not Role.ADMIN:
        raise Forbidden(
            "shared views are kept by admins", hint="keep a view of your own", kind=RefusalKind.VIEW_OF_ADMINS
        )
    if not view.shared and view.owner != by.user_id:
        raise Forbidden(f"the view is of {view.owner}", kind=RefusalKind.VIEW_OF_ANOTHER, values={"user": view.owner})


def _make_removed(view: SavedView) -> Removed:
    return Removed(of="view", key=str(view.view_id))


def _change(kind: EventType, view: SavedView, record: Record) -> AnyChange:
    audience = TEAM if view.shared else Audience(Reach.NAMED, frozenset({view.owner}))
    detail = {"view": str(view.view_id), "name": view.name, "filter": view.filter}
    return Change(kind, None, None, audience, record=record, detail=detail)
