"""Pages of lists: rows as JSON, at most so many of them, and at most so many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hero_assistance_sdk.rpc.encoded import array
from hero_assistance_sdk.rpc.methods import Params
from hero_assistance_sdk.size_limits import PAGE_BYTES
from hero_assistance_server.rpc.params import PAGE_LIMIT, Cursor, PageLimit

R = TypeVar("R")


class PageParams(Params):
    """Which page of a list."""

    cursor: Cursor = None
    limit: PageLimit = PAGE_LIMIT


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The JSON of each row of a page, and its last row when other rows follow it."""

    items: list[bytes]
    last: R | None

    @property
    def json(self) -> bytes:
        """The JSON array of the rows."""
        return array(self.items)


def fill_page(rows: Iterable[R], encode: Callable[[R], bytes], limit: int) -> Page[R]:
    """Take rows until there are `limit` of them, or until the next one has no room; it is read and not taken."""
    items: list[bytes] = []
    last: R | None = None
    room = PAGE_BYTES
    for row in rows:
        item = encode(row) if len(items) < limit else b""
        room -= len(item)
        if len(items) >= limit or (room < 0 and items):
            return Page(items, last)
        items.append(item)
        last = row
    return Page(items, None)


def count_fitting(items: Sequence[bytes]) -> int:
    """How many of the first rows fit into a page; the first one always does."""
    room = PAGE_BYTES
    for count, item in enumerate(items):
        room -= len(item)
        if room < 0 and count:
            return count
    return len(items)
