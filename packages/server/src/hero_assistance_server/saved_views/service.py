"""Saves and deletes saved views, and counts the tickets of the views that every agent has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import Taken
from hero_assistance_sdk.wire import SavedView, Status, UserId
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.saved_views import rules
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.ticket_lists.list_query import VIEWS, ListQuery
from hero_assistance_server.tickets.repository import ListCount
from hero_assistance_server.users.model import User

# More than enough for the margin of a page.
VIEWS_LIMIT = 50


def save_view(
    work: UnitOfWork, caller: Caller, *, view_id: int | None, name: str, filter_text: str, shared: bool
) -> SavedView:
    """Save a new view, or change the one with this id; raises `NotFound`, `Forbidden` or `Conflict`."""
    user = caller.known()
    before = None if view_id is None else visible_view(work, user, view_id)
    if before is None and work.saved_views.count_owned(user.user_id) >= VIEWS_LIMIT:
        raise Conflict(
            f"{VIEWS_LIMIT} views are kept for each",
            hint="delete one first",
            kind=RefusalKind.VIEWS_FULL,
            values={"limit": VIEWS_LIMIT},
        )
    owner = before.owner if before else user.user_id
    after = SavedView(
        view_id=before.view_id if before else work.saved_views.next_id(),
        name=name,
        filter=filter_text,
        owner=owner,
        shared=shared,
    )
    same = work.saved_views.find_by_name(owner, name)
    if same is not None and same.view_id != after.view_id:
        hint = f"change it with view_id {same.view_id}"
        raise Taken("name", name, f"there is a view {name} already", hint=hint)
    _apply(work, caller, rules.save(before=before, after=after, by=user))
    work.saved_views.save(after)
    return after


def delete_view(work: UnitOfWork, caller: Caller, view_id: int) -> None:
    """Delete a view; raises `NotFound` or `Forbidden`."""
    view = visible_view(work, caller.known(), view_id)
    _apply(work, caller, [rules.delete(view=view, by=caller.known())])
    work.saved_views.delete(view.view_id)


def order_views(work: UnitOfWork, caller: Caller, view_ids: Sequence[int]) -> None:
    """Put the caller's views in an order; those that it does not name follow by name. Raises `NotFound`."""
    user = caller.known()
    for view_id in view_ids:
        visible_view(work, user, view_id)
    work.apply(rules.order(view_ids, user), caller)
    work.saved_views.save_order(user.user_id, view_ids)


def visible_view(snapshot: Snapshot, user: User, view_id: int) -> SavedView:
    """Return a view that the user may see; raises `NotFound`."""
    view = snapshot.saved_views.find(view_id)
    if view is None or not rules.sees(user, view):
        raise NotFound(f"there is no view {view_id}", hint="view.list names them", kind=RefusalKind.NO_VIEW)
    return view


def count_views(snapshot: Snapshot, user_id: UserId) -> dict[str, int]:
    """Return how many tickets are in each view of an agent: from counters, for any number of tickets."""
    return _count_counted(snapshot, user_id, [])[0]


def count_all_views(
    snapshot: Snapshot, user_id: UserId, queries: Sequence[ListQuery], cap: int
) -> tuple[dict[str, int], list[ListCount]]:
    """Return the counts of the views of an agent, and those of further lists, which are counted up to `cap`.

    What counters know is read at once.
    """
    scopes = [(scope, query.statuses) for query in queries if (scope := query.counted_scope) is not None]
    known, counted = _count_counted(snapshot, user_id, scopes)
    exact = iter(counted)
    return known, [
        snapshot.tickets.count(query, cap) if query.counted_scope is None else ListCount(next(exact), or_more=False)
        for query in queries
    ]


def _count_counted(
    snapshot: Snapshot, user_id: UserId, scopes: Sequence[tuple[str, frozenset[Status]]]
) -> tuple[dict[str, int], list[int]]:
    known = [(view.scope(user_id), view.statuses) for view in VIEWS.values()]
    counts = snapshot.tickets.count_in_scopes([*known, *scopes])
    return dict(zip(VIEWS, counts, strict=False)), counts[len(known) :]


def _apply(work: UnitOfWork, caller: Caller, changes: Iterable[AnyChange]) -> None:
    for change in changes:
        work.apply(change, caller)
