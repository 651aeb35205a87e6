"""Cursors: where a page of a list ended, as a text that callers pass back and do not read."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.wire import Millis, TicketId
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.tickets.repository import Position

_SURROGATE = re.compile("[\ud800-\udfff]")
_PLACE = re.compile(rb"(due\.)?(\d{1,19})\.(\d{1,19})")


def cursor_of(last: Position, order: Order) -> str:
    """Return the cursor of a page of `ticket.list` that ends here."""
    tag = "due." if order is Order.FIRST_RESPONSE_DUE else ""
    place = f"{tag}{last.at}.{last.ticket_id}".encode()
    return base64.urlsafe_b64encode(place).rstrip(b"=").decode()


def position_of(cursor: str, order: Order) -> Position:
    """Return where the page of `ticket.list` ended.

    Raises `InvalidParams` for a text that is no cursor of ours, and for the cursor of another order.
    """
    match = _PLACE.fullmatch(_decode(cursor))
    if match is None or max(int(match[2]), int(match[3])) > ID_LIMIT:
        raise _not_a_cursor()
    place = Position(Millis(int(match[2])), TicketId(int(match[3])))
    if order is not _order_of(match[1], place):
        raise InvalidParams(
            "the cursor is one of another order",
            faults=[f"cursor: not one of a list by {order.value}"],
            hint="ask for all pages of a list in the same order",
        )
    return place


def _order_of(tag: bytes | None, place: Position) -> Order:
    if tag:
        return Order.FIRST_RESPONSE_DUE
    return Order.ACTIVITY if place.at else Order.ID


def cursor_at(*place: int | str) -> str:
    """Return the cursor of a page that ends at a place of its list: what the list is ordered by."""
    text = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def place_at(cursor: str, *kinds: type[int] | type[str]) -> tuple[Any, ...]:
    """Return the place of a cursor, which has a value of each kind; raises `InvalidParams` for another text."""
    try:
        place = json.loads(_decode(cursor))
    except (ValueError, RecursionError):
        place = None
    if not isinstance(place, list) or len(place) != len(kinds) or not all(map(_is_part, place, kinds)):
        raise _not_a_cursor()
    return tuple(place)


def _is_part(value: object, kind: type) -> bool:
    if type(value) is not kind:
        return False
    if isinstance(value, int):
        return 0 <= value <= ID_LIMIT
    # JSON may spell half of a surrogate pair, which no text of ours has and no database takes.
    return not _SURROGATE.search(str(value))


def _decode(cursor: str) -> bytes:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _not_a_cursor() -> InvalidParams:
    return InvalidParams("the cursor is not one that this method gave", faults=["cursor: not a cursor"])
