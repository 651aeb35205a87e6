"""From which numbers a reader can go on without a snapshot."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.stored_event import EventRange

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("first", "last", "complete"),
    [
        (1, 0, {0}),  # there was never an event
        (1, 3, {0, 1, 2, 3}),
        (3, 4, {2, 3, 4}),  # the first two were pruned
        (5, 4, {4}),  # all were pruned
    ],
)
def test_a_reader_goes_on_only_where_nothing_is_missing(first: int, last: int, complete: set[int]) -> None:
    stored = EventRange(Seq(first), Seq(last))
    assert {seq for seq in range(-1, 7) if stored.has_all_after(seq)} == complete
