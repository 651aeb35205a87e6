"""Cursors of `ticket.list`: where a page ended, as a text that callers pass back and do not read."""

from __future__ import annotations

import base64
import binascii
import re

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.wire import Millis, TicketId
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.tickets.repository import Position

_PLACE = re.compile(rb"(\d{1,19})\.(\d{1,19})")


def cursor_of(last: Position) -> str:
    """Return the cursor of the page that ends here."""
    place = f"{last.updated_at}.{last.ticket_id}".encode()
    return base64.urlsafe_b64encode(place).rstrip(b"=").decode()


def position_of(cursor: str) -> Position:
    """Return where the page ended; raises `InvalidParams` for a text that is no cursor of ours."""
    try:
        place = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        place = b""
    match = _PLACE.fullmatch(place)
    if match is None or max(int(match[1]), int(match[2])) > ID_LIMIT:
        raise InvalidParams("the cursor is not one that ticket.list gave", faults=["cursor: not a cursor"])
    return Position(Millis(int(match[1])), TicketId(int(match[2])))
