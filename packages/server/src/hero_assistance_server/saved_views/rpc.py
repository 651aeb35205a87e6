"""`view.*`: the views that every agent has, saved views, and their ticket counts."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_LIMIT, FilterText, Title, ZoneName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.saved_views.repository import FIRST
from hero_assistance_server.saved_views.service import count_all_views, delete_view, order_views, save_view
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.tickets.repository import ListCount
from hero_assistance_server.tickets.rpc import parse_list_filter
from hero_assistance_server.time_zones import zone_for
from hero_assistance_server.users.model import User

# The count stands next to a name; beyond this number, "more" is enough.
COUNT_CAP = 500

_VPN: dict[str, Any] = {"noun": "view", "view_id": 1, "name": "VPN", "filter": "tag:vpn", "owner": "bob"}
_SAVED = _VPN | {"shared": False}
_SAVE = Call("bob", "view.save", {"name": "VPN", "filter": "tag:vpn"})
_COUNTS = {
    "inbox": 1,
    "unassigned": 0,
    "mine": 0,
    "participating": 1,
    "open": 1,
    "waiting": 1,
    "snoozed": 0,
    "closed": 0,
    "all": 1,
}
_SAVES = Example("An agent keeps a filter", _SAVE.caller, _SAVE.params, _SAVED)
_DELETES = Example("An agent needs it no more", "bob", {"view_id": 1}, {"view_id": 1}, after=(_SAVE,))
_LISTS = Example(
    "An agent opens the desk",
    "bob",
    {},
    {
        "views": [{"name": name, "count": count} for name, count in _COUNTS.items()],
        "saved": [{"view": _SAVED, "count": 1, "or_more": False}],
        "next_cursor": None,
        "seq": 4,
    },
    after=(_SAVE,),
)
_ORDERS = Example("An agent puts the views in an order", "bob", {"view_ids": [1]}, {"view_ids": [1]}, after=(_SAVE,))
_ERRORS = (Unauthenticated, Forbidden, NotFound, Conflict, InvalidParams, Unavailable)

KnownViewId = Annotated[int, Field(ge=1, le=ID_LIMIT)]


class SaveView(Params):
    """A new view, or with its id another name and filter of one."""

    name: Title
    filter: FilterText
    shared: Annotated[bool, Field(description="For the whole team; only admins share.")] = False
    view_id: KnownViewId | None = None


class ViewParams(Params):
    """Which saved view."""

    view_id: KnownViewId


class OrderViews(Params):
    """The views in their order; those that are not named follow by name."""

    view_ids: Annotated[tuple[KnownViewId, ...], Field(max_length=PAGE_LIMIT)]


class ListViews(PageParams):
    """Which page, and where the days of filters begin."""

    time_zone: ZoneName = None


class ViewCount(Result):
    """One of the views that every agent has, for `ticket.list`, and how many tickets are in it."""

    name: str
    count: int


class SavedCount(Result):
    """A saved view and how many tickets are in it: at least so many, when `or_more` is set."""

    view: wire.SavedView
    count: int
    or_more: bool


class ViewList(Result):
    """Views with their numbers; `seq` is the number of the last event that is in them.

    The saved ones are a page; those that every agent has are in each.
    """

    views: list[ViewCount]
    saved: list[SavedCount]
    next_cursor: str | None
    seq: wire.Seq


class Ordered(Result):
    """The views that have a place, in their order."""

    view_ids: list[int]


class Deleted(Result):
    """The deleted view."""

    view_id: int


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method(
        "view.list",
        allow=STAFF,
        page=True,
        errors=[Unauthenticated, Forbidden, Unavailable],
        examples=[_LISTS],
    )
    async def list_(caller: Caller, params: ListViews) -> Encoded[ViewList]:
        """List the views with their numbers: those that every agent has, the caller's own and the shared ones.

        The saved ones are in the caller's own order.
        """
        return await storage.read(lambda snapshot: _list(snapshot, caller.known(), params))

    @table.method("view.save", allow=STAFF, adds=Usage.TEXTS, page=True, errors=_ERRORS, examples=[_SAVES])
    async def save(caller: Caller, params: SaveView) -> wire.SavedView:
        """Save a filter under a name, or change a saved one."""
        parse_list_filter(params.filter)
        return await storage.write(
            lambda work: save_view(
                work,
                caller,
                view_id=params.view_id,
                name=params.name,
                filter_text=params.filter,
                shared=params.shared,
            )
        )

    @table.method("view.order", allow=STAFF, page=True, errors=_ERRORS, examples=[_ORDERS])
    async def order(caller: Caller, params: OrderViews) -> Ordered:
        """Put the saved views in an order: the caller's own, also of shared ones; all of their screens follow."""
        view_ids = tuple(dict.fromkeys(params.view_ids))
        await storage.write(lambda work: order_views(work, caller, view_ids))
        return Ordered(view_ids=list(view_ids))

    @table.method("view.delete", allow=STAFF, page=True, errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: ViewParams) -> Deleted:
        """Delete a saved view."""
        await storage.write(lambda work: delete_view(work, caller, params.view_id))
        return Deleted(view_id=params.view_id)


def _list(snapshot: Snapshot, reader: User, params: ListViews) -> Encoded[ViewList]:
    zone = zone_for(params.time_zone, reader)
    place, name, view_id = FIRST if params.cursor is None else place_at(params.cursor, int, str, int)
    # One more, which tells that there is a next page.
    placed = [*islice(snapshot.saved_views.iterate_for(reader.user_id, (place, name, view_id)), params.limit + 1)]
    queries = [build_list_query(parse(one.view.filter, zone=zone), reader) for one in placed[: params.limit]]
    counts, found = count_all_views(snapshot, reader.user_id, queries, COUNT_CAP)
    numbers = iter(found)
    page = fill_page(placed, lambda one: _encode(one.view, next(numbers)), params.limit)
    cursor = None if page.last is None else cursor_at(*page.last.position)
    known = [{"name": name, "count": count} for name, count in counts.items()]
    return Encoded.of(ViewList, views=known, saved=page.json, next_cursor=cursor, seq=snapshot.events.last_seq())


def _encode(view: wire.SavedView, found: ListCount) -> bytes:
    return SavedCount(view=view, count=found.count, or_more=found.or_more).model_dump_json().encode()
