"""Rows of places and tallies: brought from what a ticket had to what it has, in the transaction that changes it."""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import Status, TicketId
from hero_assistance_server.core.model import Ticket
from hero_assistance_server.core.places import Place, places, tallies
from hero_assistance_server.core.views import millis

_COUNT = """INSERT INTO tallies (scope, status, count) VALUES (?, ?, 1)
    ON CONFLICT (scope, status) DO UPDATE SET count = count + 1"""
_UNCOUNT = "UPDATE tallies SET count = count - 1 WHERE scope = ? AND status = ?"


def move(connection: apsw.Connection, before: Ticket | None, after: Ticket) -> None:
    """List and count a ticket where it is now, and no more where it was."""
    _list(connection, before, after)
    was, now = tallies(before), tallies(after)
    connection.executemany(_UNCOUNT, [(scope, status.value) for scope, status in was - now])
    connection.executemany(_COUNT, [(scope, status.value) for scope, status in now - was])


def count(connection: apsw.Connection, scope: str, statuses: frozenset[Status]) -> int:
    """How many tickets of these statuses are in a scope."""
    rows = connection.execute("SELECT status, count FROM tallies WHERE scope = ?", (scope,))
    return sum(number for status, number in rows if status in statuses)


def _list(connection: apsw.Connection, before: Ticket | None, after: Ticket) -> None:
    was, now = places(before), places(after)
    gone = [_row(place, after.ticket_id) for place in was - now]
    connection.executemany("DELETE FROM places WHERE user_id = ? AND side = ? AND at = ? AND ticket_id = ?", gone)
    come = [_row(place, after.ticket_id) for place in now - was]
    connection.executemany("INSERT INTO places (user_id, side, at, ticket_id) VALUES (?, ?, ?, ?)", come)


def _row(place: Place, ticket_id: TicketId) -> tuple[str, str, int, int]:
    return (place.user_id, place.side.value, millis(place.at), ticket_id)
