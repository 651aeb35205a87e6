"""Ids of users: made by the server of a name, and never a name that the edge speaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from hero_assistance_sdk.wire import UserId

# A longer stem says no more; the number that makes it unique comes after it.
STEM_LIMIT = 60
_FIRST_NUMBER = 2


def make_user_id(name: str, taken: Callable[[UserId], bool]) -> UserId:
    """Return an id made of the name, without the domain of an address: `erin-example`, `erin-example-2`."""
    stem = _stem(name)
    if not taken(UserId(stem)):
        return UserId(stem)
    # A desk may have ten thousand names that give one stem: a free number is found in a few steps, not one by one.
    last_taken, free = 1, _FIRST_NUMBER
    while taken(_numbered(stem, free)):
        last_taken, free = free, free * 2
    while free - last_taken > 1:
        middle = (last_taken + free) // 2
        if taken(_numbered(stem, middle)):
            last_taken = middle
        else:
            free = middle
    return _numbered(stem, free)


def is_made_of(name: str, user_id: UserId) -> bool:
    """Return whether `make_user_id` can have made this id of the name."""
    return re.fullmatch(re.escape(_stem(name)) + r"(-[0-9]+)?", user_id) is not None


def _numbered(stem: str, number: int) -> UserId:
    return UserId(f"{stem}-{number}")


def _stem(name: str) -> str:
    local = name.partition("@")[0]
    plain = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:STEM_LIMIT].strip("-") or "user"
