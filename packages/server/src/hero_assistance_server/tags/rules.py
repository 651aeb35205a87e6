"""What renaming a tag does to the tags of a ticket."""

from __future__ import annotations

from collections.abc import Sequence


def renamed_tags(tags: Sequence[str], tag: str, into: str) -> tuple[str, ...]:
    """Return the tags with `into` in the place of `tag`; a ticket that has both keeps the first of them."""
    return tuple(dict.fromkeys(into if one == tag else one for one in tags))
