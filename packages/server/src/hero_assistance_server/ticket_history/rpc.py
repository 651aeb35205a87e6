"""`ticket.history`: what changed on a ticket, and who changed it."""

from __future__ import annotations

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import Result
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import NOTED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.ticket_history.rules import TicketChange
from hero_assistance_server.ticket_history.service import iterate_changes, names_of

_TAKES = Call("bob", "ticket.update", {"ticket_id": 1, "assignee": "bob", "status": "open"})
_OPENED = {"name": "status", "before": "waiting", "after": "open"}
_CHANGE = {
    "change_id": 4,
    "at": NOTED,
    "actor": "bob",
    "action": "ticket.updated",
    "fields": [_OPENED, {"name": "assignee", "before": "", "after": "bob"}],
    "source": None,
    "target": None,
}
_PAGE = {"changes": [_CHANGE], "names": {"bob": "Bob"}, "next_cursor": None}
_LISTS = (
    Example(
        "What was done with a ticket",
        "alice",
        {"ticket_id": 1},
        _PAGE,
        after=(_TAKES,),
        varies=frozenset({"at"}),
    ),
    Example(
        "Its customer is told of the status",
        "carol",
        {"ticket_id": 1},
        _PAGE | {"changes": [_CHANGE | {"fields": [_OPENED]}]},
        after=(_TAKES,),
        varies=frozenset({"at"}),
    ),
)


class ListHistory(PageParams, TicketParams):
    """The ticket, and which page of its history."""


class ChangedField(Result):
    """What a field became and what it was: texts, the empty one for nothing; `before` is null where that is not known.

    `name` is a field of the ticket, or `score` and `comment` of its rating. Several tags, and the ids of several users,
    have `, ` between them. `snoozed_until` is in ISO 8601.
    """

    name: str
    before: str | None
    after: str


class ChangeOfTicket(Result):
    """One change; `actor` is null for what the server did by itself, as when a snooze ends.

    `action` is the kind of its event. `source` and `target` are the tickets from which and to which a merge or a split
    moved messages.
    """

    change_id: int
    at: wire.Millis
    actor: wire.UserId | None
    action: str
    fields: list[ChangedField]
    source: wire.TicketId | None
    target: wire.TicketId | None


class TicketHistory(Result):
    """A page of a ticket's changes, newest first; `names` has the names of the users in it."""

    changes: list[ChangeOfTicket]
    names: dict[str, str]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method(
        "ticket.history",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=_LISTS,
    )
    async def history(caller: Caller, params: ListHistory) -> Encoded[TicketHistory]:
        """List what changed on a ticket and who changed it, newest first: to its customers the status alone.

        Messages are not among it, but for a reply that moved a ticket which was solved or snoozed.
        """
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))


def _list(snapshot: Snapshot, caller: Caller, params: ListHistory) -> Encoded[TicketHistory]:
    (before,) = (ID_LIMIT,) if params.cursor is None else place_at(params.cursor, int)
    encoded: list[TicketChange] = []

    def encode(change: TicketChange) -> bytes:
        encoded.append(change)
        return ChangeOfTicket.model_validate(change, from_attributes=True).model_dump_json().encode()

    page = fill_page(iterate_changes(snapshot, caller, params.ticket_id, before), encode, params.limit)
    return Encoded.of(
        TicketHistory,
        changes=page.json,
        names=names_of(snapshot, encoded[: len(page.items)]),
        next_cursor=None if page.last is None else cursor_at(page.last.change_id),
    )
