"""Rows of places, listings and tallies: brought from what a ticket had to what it has, as it changes."""

from __future__ import annotations

from collections.abc import Collection

import apsw

from hero_assistance_sdk.wire import Millis, Status, TicketId
from hero_assistance_server.core.model import Ticket
from hero_assistance_server.core.places import Place, places, tallies
from hero_assistance_server.core.views import millis

_COUNT = """INSERT INTO tallies (scope, status, count) VALUES (?, ?, 1)
    ON CONFLICT (scope, status) DO UPDATE SET count = count + 1"""
_UNCOUNT = "UPDATE tallies SET count = count - 1 WHERE scope = ? AND status = ?"
_LIST = "INSERT INTO listings (scope, status, at, ticket_id) VALUES (?, ?, ?, ?)"
_UNLIST = "DELETE FROM listings WHERE scope = ? AND status = ? AND at = ? AND ticket_id = ?"
_PLACE = "INSERT INTO places (user_id, at, ticket_id) VALUES (?, ?, ?)"
_UNPLACE = "DELETE FROM places WHERE user_id = ? AND at = ? AND ticket_id = ?"


def move(connection: apsw.Connection, before: Ticket | None, after: Ticket) -> None:
    """List and count a ticket where it is now, and no more where it was."""
    was, now = places(before), places(after)
    _each(connection, _UNPLACE, [_row(place, after.ticket_id) for place in was - now])
    _each(connection, _PLACE, [_row(place, after.ticket_id) for place in now - was])
    counted, counts = tallies(before), tallies(after)
    _each(connection, _UNCOUNT, [(scope, status.value) for scope, status in counted - counts])
    _each(connection, _COUNT, [(scope, status.value) for scope, status in counts - counted])
    gone, come = _listings(before), _listings(after)
    _each(connection, _UNLIST, gone - come)
    _each(connection, _LIST, come - gone)


def count(connection: apsw.Connection, scope: str, statuses: frozenset[Status]) -> int:
    """How many tickets of these statuses are in a scope."""
    rows = connection.execute("SELECT status, count FROM tallies WHERE scope = ?", (scope,))
    return sum(number for status, number in rows if status in statuses)


def _each(connection: apsw.Connection, statement: str, rows: Collection[tuple[str | int, ...]]) -> None:
    # Without a row it would cost as much as with one.
    if rows:
        connection.executemany(statement, rows)


def _listings(ticket: Ticket | None) -> set[tuple[str, str, Millis, TicketId]]:
    if ticket is None:
        return set()
    at = millis(ticket.updated_at)
    return {(scope, status.value, at, ticket.ticket_id) for scope, status in tallies(ticket)}


def _row(place: Place, ticket_id: TicketId) -> tuple[str, int, int]:
    return (place.user_id, millis(place.at), ticket_id)
