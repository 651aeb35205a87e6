"""What renaming a tag does to the tags of a ticket, and to the colours of tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def renamed_tags(tags: Sequence[str], tag: str, into: str) -> tuple[str, ...]:
    """Return the tags with `into` in the place of `tag`; a ticket that has both keeps the first of them."""
    return tuple(dict.fromkeys(into if one == tag else one for one in tags))


def moved_colours(colours: Mapping[str, str], tag: str, into: str) -> dict[str, str]:
    """Return the colours of the tags once `tag` is called `into`, which keeps a colour of its own."""
    rest = {one: colour for one, colour in colours.items() if one != tag}
    return {into: colours[tag], **rest} if tag in colours else rest
