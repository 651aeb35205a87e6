"""A tag and its numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TagCount:
    """How many tickets have a tag, and how many of those are new, open or waiting."""

    tag: str
    tickets: int
    active: int
