"""The list index: rows of places, listings and tallies, which follow the changes of tickets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from hero_assistance_sdk.wire import Status, TicketId
from hero_assistance_server.storage.sql.bulk_insert import Row, insert
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.ticket_lists.list_index import Place, places, scopes
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import millis

_COUNT = """INSERT INTO tallies (scope, status, count) VALUES {rows}
    ON CONFLICT (scope, status) DO UPDATE SET count = tallies.count + excluded.count"""
# A row that is to be inserted is checked first, and no count is negative.
_UNCOUNT = "UPDATE tallies SET count = count + ? WHERE scope = ? AND status = ?"
_COUNTS = "SELECT scope, status, count FROM tallies WHERE count > 0 AND scope IN ({places})"
_LIST = "INSERT INTO listings (scope, status, at, ticket_id) VALUES {rows}"
_UNLIST = "DELETE FROM listings WHERE scope = ? AND status = ? AND at = ? AND ticket_id = ?"
_PLACE = "INSERT INTO places (user_id, at, ticket_id) VALUES {rows}"
_UNPLACE = "DELETE FROM places WHERE user_id = ? AND at = ? AND ticket_id = ?"

# Each list with what is in it: the time of a ticket's last activity, and its id.
_Lists = defaultdict[tuple[str, ...], list[tuple[int, int]]]


def move(connection: Connection, moved: Iterable[tuple[Ticket | None, Ticket]]) -> None:
    """List and count tickets where they are now, and no more where they were; each ticket only once."""
    unplaced, placed, unlisted, listed = _Lists(list), _Lists(list), _Lists(list), _Lists(list)
    for before, after in moved:
        now, come = places(after), scopes(after)
        if before is not None:
            was, gone = places(before), scopes(before)
            now, was = now - was, was - now
            if (before.status, before.updated_at) == (after.status, after.updated_at):
                come, gone = come - gone, gone - come
            _place(unplaced, was, after.ticket_id)
            _list(unlisted, gone, before)
        _place(placed, now, after.ticket_id)
        _list(listed, come, after)
    counts = Counter({which: len(found) for which, found in listed.items()})
    counts.subtract({which: len(found) for which, found in unlisted.items()})
    _execute_each(connection, _UNPLACE, _rows(unplaced))
    insert(connection, _PLACE, _rows(placed))
    _execute_each(connection, _UNLIST, _rows(unlisted))
    insert(connection, _LIST, _rows(listed))
    insert(connection, _COUNT, sorted((*which, count) for which, count in counts.items() if count > 0))
    _execute_each(connection, _UNCOUNT, sorted((count, *which) for which, count in counts.items() if count < 0))


def remove(connection: Connection, ticket: Ticket) -> None:
    """List and count a ticket no more that is deleted."""
    unplaced, unlisted = _Lists(list), _Lists(list)
    _place(unplaced, places(ticket), ticket.ticket_id)
    _list(unlisted, scopes(ticket), ticket)
    _execute_each(connection, _UNPLACE, _rows(unplaced))
    _execute_each(connection, _UNLIST, _rows(unlisted))
    _execute_each(connection, _UNCOUNT, [(-len(found), *which) for which, found in sorted(unlisted.items())])


def count(connection: Connection, scope: str, statuses: frozenset[Status]) -> int:
    """Return how many tickets of these statuses are in a scope."""
    rows = connection.execute("SELECT status, count FROM tallies WHERE scope = ?", (scope,))
    return sum(number for status, number in rows if status in statuses)


def count_all(connection: Connection, asked: Sequence[tuple[str, frozenset[Status]]]) -> list[int]:
    """Return how many tickets of these statuses are in each scope."""
    counts = count_each(connection, {scope for scope, _ in asked})
    return [sum(counts.get((scope, status), 0) for status in statuses) for scope, statuses in asked]


def count_each(connection: Connection, scopes: Collection[str]) -> dict[tuple[str, Status], int]:
    """Return how many tickets of each status are in each of these scopes, without those that have none."""
    statement = _COUNTS.format(places=", ".join("?" * len(scopes)))
    rows = connection.execute(statement, sorted(scopes)) if scopes else ()
    return {(scope, Status(status)): number for scope, status, number in rows}


def _place(lists: _Lists, found: Iterable[Place], ticket_id: TicketId) -> None:
    for place in found:
        lists[(place.user_id,)].append((millis(place.at), ticket_id))


def _list(lists: _Lists, found: Iterable[str], ticket: Ticket) -> None:
    status, place = ticket.status.value, (millis(ticket.updated_at), ticket.ticket_id)
    for scope in found:
        lists[scope, status].append(place)


def _rows(lists: _Lists) -> list[Row]:
    """Return the rows in the order of the index, where neighbours share their pages."""
    return [(*which, *place) for which in sorted(lists) for place in sorted(lists[which])]


def _execute_each(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    # Without a row it would cost as much as with one.
    if rows:
        connection.executemany(statement, rows)
