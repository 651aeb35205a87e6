"""Copies of pytest items: made, shuffled, and dealt to workers."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")


def copy_items(items: Mapping[str, pytest.Item], parts: Sequence[Mapping[str, int]], seed: int) -> list[pytest.Item]:
    """Return the parts, each shuffled, one after the other; of an item, all but one are copies with their own state.

    `parts` map node ids to numbers of copies; ids that are not in `items` are left out.
    """
    chance = random.Random(seed)  # noqa: S311 - every worker must come to the same order
    wanted = []
    for part in parts:
        names = [nodeid for nodeid, count in part.items() if nodeid in items for _ in range(count)]
        chance.shuffle(names)
        wanted += names
    unused = set(items)
    copies = []
    for nodeid in wanted:
        copies.append(items[nodeid] if nodeid in unused else _copy_item(items[nodeid]))
        unused.discard(nodeid)
    return copies


def deal_items(items: Sequence[T], workers: int) -> list[T]:
    """Return the items in the order in which workers run neighbours at the same time: each gets an equal slice."""
    return [item for worker in range(workers) for item in items[worker::workers]]


def _copy_item(item: pytest.Item) -> pytest.Item:
    clone = copy.copy(item)
    clone.stash = pytest.Stash()
    clone.user_properties = []
    clone._report_sections = []
    # For an item without a request, the runner makes new fixtures, as it does for reruns.
    if hasattr(clone, "_request"):
        clone._request = False
    clone.__dict__.pop("_instance", None)
    return clone
