"""`view.*`: the lists of a desk, their numbers, and those that agents name themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import MethodTable, NoParams, Params, Result
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.rpc.params import ID_LIMIT, FilterText, Title
from hero_assistance_server.saved_views import rules as commands
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sqlite import events, list_index, saved_views, ticket_lists
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.list_query import VIEWS, build_list_query
from hero_assistance_server.tickets.rpc import listed
from hero_assistance_server.users.model import User

# What fits in the margin of a page, with room to spare.
VIEWS_LIMIT = 50
# A number next to a name; beyond it, that it is more says enough.
COUNT_CAP = 500

_VPN: dict[str, Any] = {"noun": "view", "view_id": 1, "name": "VPN", "filter": "tag:vpn", "owner": "bob"}
_SAVED = _VPN | {"shared": False}
_SAVE = Call("bob", "view.save", {"name": "VPN", "filter": "tag:vpn"})
_COUNTS = {
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
        "seq": 4,
    },
    after=(_SAVE,),
)
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
    """Views with their numbers; `seq` is the number of the last event that is in them."""

    views: list[ViewCount]
    saved: list[SavedCount]
    seq: wire.Seq


class Deleted(Result):
    """What is no more."""

    view_id: int


def add_methods(table: MethodTable[Caller], store: Store) -> None:
    """Register the methods."""

    @table.method("view.list", errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> ViewList:
        """List the views with their numbers: those that every agent has, the caller's own and the shared ones."""
        return await store.read(lambda db: _list(db, caller.known()))

    @table.method("view.save", errors=_ERRORS, examples=[_SAVES])
    async def save(caller: Caller, params: SaveView) -> wire.SavedView:
        """Keep a filter under a name, or change one that is kept."""
        listed(params.filter)
        return await store.write(lambda t: _save(t, caller, params))

    @table.method("view.delete", errors=_ERRORS, examples=[_DELETES])
    async def delete(caller: Caller, params: ViewParams) -> Deleted:
        """Forget a saved view."""

        def command(transaction: UnitOfWork) -> None:
            view = _known(transaction.connection, caller.known(), params.view_id)
            _apply(transaction, caller, [commands.delete(view=view, by=caller.known())])
            saved_views.delete(transaction.connection, view.view_id)

        await store.write(command)
        return Deleted(view_id=params.view_id)


def counts(db: apsw.Connection, user_id: wire.UserId) -> dict[str, int]:
    """How many tickets are in each view of an agent: from counters, however many tickets there are."""
    return {name: list_index.count(db, view.scope(user_id), view.statuses) for name, view in VIEWS.items()}


def _list(db: apsw.Connection, reader: User) -> ViewList:
    saved = []
    for view in saved_views.seen_by(db, reader.user_id):
        found = ticket_lists.count(db, build_list_query(parse(view.filter), reader), COUNT_CAP)
        saved.append(SavedCount(view=view, count=found.count, or_more=found.or_more))
    known = [ViewCount(name=name, count=count) for name, count in counts(db, reader.user_id).items()]
    return ViewList(views=known, saved=saved, seq=events.last_seq(db))


def _save(transaction: UnitOfWork, caller: Caller, params: SaveView) -> wire.SavedView:
    db, by = transaction.connection, caller.known()
    before = None if params.view_id is None else _known(db, by, params.view_id)
    if before is None and saved_views.owned(db, by.user_id) >= VIEWS_LIMIT:
        raise Conflict(f"{VIEWS_LIMIT} views are kept for each", hint="delete one first")
    owner = before.owner if before else by.user_id
    after = wire.SavedView(
        view_id=before.view_id if before else saved_views.next_id(db),
        name=params.name,
        filter=params.filter,
        owner=owner,
        shared=params.shared,
    )
    same = saved_views.named(db, owner, params.name)
    if same is not None and same.view_id != after.view_id:
        raise Conflict(f"there is a view {params.name} already", hint=f"change it with view_id {same.view_id}")
    _apply(transaction, caller, commands.save(before=before, after=after, by=by))
    saved_views.save(db, after)
    return after


def _known(db: apsw.Connection, user: User, view_id: int) -> wire.SavedView:
    """A view that the user may know of; raises `NotFound`."""
    view = saved_views.find(db, view_id)
    if view is None or not commands.sees(user, view):
        raise NotFound(f"there is no view {view_id}", hint="view.list names them")
    return view


def _apply(transaction: UnitOfWork, caller: Caller, changes: Iterable[AnyChange]) -> None:
    for change in changes:
        transaction.apply(change, caller)
