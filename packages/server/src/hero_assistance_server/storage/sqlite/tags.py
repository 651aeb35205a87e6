"""Tags, which are rows of tickets, tallies and listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.tickets.list_index import ACTIVE, tagged

_FIRST = tagged("")
# Behind every scope of a tag: the character after the colon.
_LAST = _FIRST[:-1] + ";"
_STATUSES = ", ".join(f"'{status.value}'" for status in sorted(ACTIVE))
_COUNTS = f"""SELECT scope, sum(count), sum(iif(status IN ({_STATUSES}), count, 0)) FROM tallies
    WHERE scope >= ? AND scope < ? GROUP BY scope HAVING sum(count) > 0 ORDER BY scope LIMIT ?"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class TagCount:
    """How many tickets have a tag, and how many of those are new, open or waiting."""

    tag: str
    tickets: int
    active: int


def after(connection: apsw.Connection, tag: str, limit: int) -> list[TagCount]:
    """The tags that tickets have, by name, behind `tag`."""
    # No tag has a NUL, so that this is the first text behind it.
    rows: Iterable[tuple[str, int, int]] = connection.execute(_COUNTS, (f"{tagged(tag)}\0", _LAST, limit))
    return [TagCount(scope.removeprefix(_FIRST), count, active) for scope, count, active in rows]


def some_with(connection: apsw.Connection, tag: str, limit: int) -> list[TicketId]:
    """Some of the tickets that have a tag."""
    rows: Iterable[tuple[int]] = connection.execute(
        "SELECT ticket_id FROM listings WHERE scope = ? LIMIT ?", (tagged(tag), limit)
    )
    return [TicketId(ticket_id) for (ticket_id,) in rows]
