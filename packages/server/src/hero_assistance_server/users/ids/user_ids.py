"""Ids of users: made by the server of a name, and never a name that the edge speaks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.users.ids.transliteration import transliterate

# A longer stem says no more; the number that makes it unique comes after it.
STEM_LIMIT = 60
_FIRST_NUMBER = 2
# Of a name that has no letter or digit that can be written.
_NEUTRAL = "user"


def make_user_id(name: str, taken: Callable[[UserId], bool], email: str | None = None) -> UserId:
    """Return an id made of the name, without the domain of an address: `erin-example`, `erin-example-2`.

    A name in a script that has no Latin letters gives one of the e-mail address, if there is one.
    """
    stem = _choose_stem(name, email)
    if not taken(UserId(stem)):
        return UserId(stem)
    # A desk may have ten thousand names that give one stem: a free number is found in a few steps, not one by one.
    last_taken, free = 1, _FIRST_NUMBER
    while taken(_add_number(stem, free)):
        last_taken, free = free, free * 2
    while free - last_taken > 1:
        middle = (last_taken + free) // 2
        if taken(_add_number(stem, middle)):
            last_taken = middle
        else:
            free = middle
    return _add_number(stem, free)


def is_made_of(name: str, user_id: UserId) -> bool:
    """Return whether a release before logins can have made this id of the name, of its ASCII letters alone."""
    return re.fullmatch(re.escape(_former_stem(name)) + r"(-[0-9]+)?", user_id) is not None


def _add_number(stem: str, number: int) -> UserId:
    return UserId(f"{stem}-{number}")


def _choose_stem(name: str, email: str | None) -> str:
    plain, is_whole = transliterate(_local_part(name))
    of_email = "" if is_whole or email is None else _clean(transliterate(_local_part(email))[0])
    return of_email or _clean(plain) or _NEUTRAL


def _former_stem(name: str) -> str:
    plain = unicodedata.normalize("NFKD", _local_part(name)).encode("ascii", "ignore").decode().lower()
    return _clean(plain) or _NEUTRAL


def _local_part(name: str) -> str:
    return name.partition("@")[0]


def _clean(plain: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", plain)[:STEM_LIMIT].strip("-")
