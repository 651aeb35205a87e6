"""Pages of lists: bounded in rows and in bytes, each cursor leads on from where its page ended."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.size_limits import PAGE_BYTES
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import count_fitting, fill_page

pytestmark = pytest.mark.pure


def bytes_of(size: int) -> bytes:
    return b"1" * size


@pytest.mark.parametrize(
    ("sizes", "limit", "taken", "last"),
    [
        ([], 2, 0, None),
        ([1, 2], 2, 2, None),
        ([1, 2, 3], 2, 2, 2),
        ([PAGE_BYTES], 2, 1, None),
        ([PAGE_BYTES, 1], 2, 1, PAGE_BYTES),
        ([PAGE_BYTES + 1, 1], 2, 1, PAGE_BYTES + 1),
        ([PAGE_BYTES - 1, 1], 2, 2, None),
        ([PAGE_BYTES - 1, 1, 5], 9, 2, 1),
    ],
)
def test_a_page_ends_before_the_row_that_has_no_room(sizes: list[int], limit: int, taken: int, last: int) -> None:
    page = fill_page(sizes, bytes_of, limit)
    assert (len(page.items), page.last) == (taken, last)
    assert count_fitting([bytes_of(size) for size in sizes][:limit]) == taken


def test_no_row_is_encoded_that_no_page_has_room_for_by_count() -> None:
    seen: list[int] = []

    def encode(row: int) -> bytes:
        seen.append(row)
        return b"1"

    assert json.loads(fill_page(range(10), encode, 3).json) == [1, 1, 1]
    assert seen == [0, 1, 2]


PLACES = st.lists(st.integers(0, 2**63 - 1) | st.text(st.characters(codec="utf-8"), max_size=300), max_size=4)


@given(place=PLACES)
def test_a_cursor_leads_back_to_its_place(place: list[Any]) -> None:
    cursor = cursor_at(*place)
    assert cursor.isascii()
    assert len(cursor) < 10_000
    assert place_at(cursor, *map(type, place)) == tuple(place)


@pytest.mark.parametrize(
    "cursor", ["", "x", "ä", cursor_at(), cursor_at(1), cursor_at("a", 1), cursor_at(1, 2, 3), cursor_at(1, -1)]
)
def test_another_text_is_no_cursor(cursor: str) -> None:
    with pytest.raises(InvalidParams) as refused:
        place_at(cursor, int, int)
    assert refused.value.faults == ["cursor: not a cursor"]


@pytest.mark.parametrize("place", [[True, 1], ["\ud800", 1], [1.0, 1], [None, 1], [2**63, 1], [[], 1]])
def test_a_cursor_with_other_values_is_none(place: list[Any]) -> None:
    kinds = [int if type(place[0]) is not str else str, int]
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode()
    with pytest.raises(InvalidParams):
        place_at(cursor, *kinds)
