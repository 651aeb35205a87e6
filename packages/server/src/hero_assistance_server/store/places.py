"""Rows of places, listings and tallies: brought from what tickets had to what they have, as they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import apsw

from hero_assistance_sdk.wire import Status
from hero_assistance_server.core.model import Ticket
from hero_assistance_server.core.places import Place, places, tallies
from hero_assistance_server.core.views import millis
from hero_assistance_server.store.bulk import insert

_COUNT = """INSERT INTO tallies (scope, status, count) VALUES {rows}
    ON CONFLICT (scope, status) DO UPDATE SET count = count + excluded.count"""
# A row that is to be inserted is checked first, and no count is negative.
_UNCOUNT = "UPDATE tallies SET count = count + ? WHERE scope = ? AND status = ?"
_LIST = "INSERT INTO listings (scope, status, at, ticket_id) VALUES {rows}"
_UNLIST = "DELETE FROM listings WHERE scope = ? AND status = ? AND at = ? AND ticket_id = ?"
_PLACE = "INSERT INTO places (user_id, at, ticket_id) VALUES {rows}"
_UNPLACE = "DELETE FROM places WHERE user_id = ? AND at = ? AND ticket_id = ?"

_PlaceRow = tuple[str, int, int]
_ListRow = tuple[str, str, int, int]


def move(connection: apsw.Connection, moved: Iterable[tuple[Ticket | None, Ticket]]) -> None:
    """List and count tickets where they are now, and no more where they were; each ticket only once."""
    unplaced, placed = set[_PlaceRow](), set[_PlaceRow]()
    unlisted, listed = set[_ListRow](), set[_ListRow]()
    for before, after in moved:
        was, now = places(before), places(after)
        unplaced |= {_place(place, after) for place in was - now}
        placed |= {_place(place, after) for place in now - was}
        gone, come = _listings(before), _listings(after)
        unlisted |= gone - come
        listed |= come - gone
    counts = Counter[tuple[str, str]]()
    counts.update((scope, status) for scope, status, _at, _ticket in listed)
    counts.subtract((scope, status) for scope, status, _at, _ticket in unlisted)
    # In the order of the index, neighbours share their pages.
    _each(connection, _UNPLACE, unplaced)
    insert(connection, _PLACE, sorted(placed))
    _each(connection, _UNLIST, unlisted)
    insert(connection, _LIST, sorted(listed))
    insert(connection, _COUNT, sorted((*which, count) for which, count in counts.items() if count > 0))
    _each(connection, _UNCOUNT, [(count, *which) for which, count in counts.items() if count < 0])


def count(connection: apsw.Connection, scope: str, statuses: frozenset[Status]) -> int:
    """How many tickets of these statuses are in a scope."""
    rows = connection.execute("SELECT status, count FROM tallies WHERE scope = ?", (scope,))
    return sum(number for status, number in rows if status in statuses)


def _each(connection: apsw.Connection, statement: str, rows: Collection[tuple[str | int, ...]]) -> None:
    # Without a row it would cost as much as with one.
    if rows:
        connection.executemany(statement, sorted(rows))


def _listings(ticket: Ticket | None) -> set[_ListRow]:
    if ticket is None:
        return set()
    at = millis(ticket.updated_at)
    return {(tally.scope, tally.status.value, at, ticket.ticket_id) for tally in tallies(ticket)}


def _place(place: Place, ticket: Ticket) -> _PlaceRow:
    return (place.user_id, millis(place.at), ticket.ticket_id)
