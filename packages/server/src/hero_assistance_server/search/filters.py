"""The filter language: `status:open assignee:me -tag:vpn before:2026-01-01 "a phrase" words prefix*`.

Terms are separated by spaces, and all of them must hold. What has a colon after anything but a key is a word, as in
`Re: invoice` and `http://example.org`. Of several terms with one of the keys `status`, `priority`,
`assignee` and `customer` any one may hold, for a ticket has one of each. A minus before a term negates it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from difflib import get_close_matches
from enum import StrEnum

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.wire import Priority, Status

# More than a user types by hand.
TERMS_LIMIT = 32


class Key(StrEnum):
    """What a term is about; the last three stand for texts without a key."""

    STATUS = "status"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    CUSTOMER = "customer"
    TAG = "tag"
    IS = "is"
    BEFORE = "before"
    AFTER = "after"
    WORD = "a word"
    PREFIX = "a prefix"
    PHRASE = "a phrase"


TEXTS = frozenset({Key.WORD, Key.PREFIX, Key.PHRASE})
NAMED = tuple(key for key in Key if key not in TEXTS)
_KEYS = tuple(key.value for key in NAMED)
ME = "me"

ACTIVE, DONE, UNASSIGNED, MERGED = "active", "done", "unassigned", "merged"
AWAITING, OVERDUE = "awaiting", "overdue"
# The words that a key knows; other keys take any text or a day.
WORDS: dict[Key, tuple[str, ...]] = {
    Key.STATUS: tuple(status.value for status in Status),
    Key.PRIORITY: tuple(priority.value for priority in Priority),
    Key.IS: (UNASSIGNED, ACTIVE, DONE, MERGED, AWAITING, OVERDUE),
}
_DAYS = frozenset({Key.BEFORE, Key.AFTER})

_KEY = re.compile(r"([A-Za-z_]+):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\s|$)', re.DOTALL)
_BARE = re.compile(r"[^\s\"]\S*")
_BLANK = re.compile(r"\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `value` is as it was typed, without quotes and star."""

    key: Key
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions in the order they were typed; no conditions let everything pass. Days begin as in `zone`."""

    terms: tuple[Term, ...] = ()
    zone: tzinfo = UTC

    def of(self, key: Key, *, negated: bool = False) -> tuple[str, ...]:
        """The values of the terms with this key."""
        return tuple(term.value for term in self.terms if term.key is key and term.negated is negated)

    @property
    def texts(self) -> tuple[Term, ...]:
        """The terms that ask for words in a text."""
        return tuple(term for term in self.terms if term.key in TEXTS)


def parse(text: str, *, param: str = "filter", zone: tzinfo = UTC) -> Filter:
    """The filter that a text says, its days in a zone; raises `InvalidParams`, which names the place within `param`."""
    terms = tuple(_terms(text, param))
    if len(terms) > TERMS_LIMIT:
        raise InvalidParams(f"a filter has at most {TERMS_LIMIT} terms", faults=[f"{param}: {len(terms)} terms"])
    return Filter(terms, zone)


def suggest_key(term: Term) -> str | None:
    """The key that a word such as `statsu:open` may have meant."""
    found = _KEY.match(term.value)
    near = get_close_matches(found[1].lower(), _KEYS, n=1) if found and term.key is not Key.PHRASE else []
    return near[0] if near else None


def day_of(value: str) -> date:
    """The day of a term with `before` or `after`."""
    return date.fromisoformat(value)


def _terms(text: str, param: str) -> Iterator[Term]:
    place = _end(_BLANK.match(text, 0))
    while place < len(text):
        term, place = _term(text, place, param)
        yield term
        place = _end(_BLANK.match(text, place))


def _term(text: str, start: int, param: str) -> tuple[Term, int]:
    """The term at `start`, and where it ends."""
    place = start + 1 if text[start] == "-" else start
    negated = place > start
    if (named := _named(text, place, param)) is not None:
        key, value, end = named
        return Term(key, value, negated), end
    value, end, quoted = _value(text, place, param)
    if quoted:
        return Term(Key.PHRASE, value, negated), end
    word = value.rstrip("*")
    if not word:
        raise _fault(param, place, "a star needs letters before it")
    return Term(Key.WORD if word == value else Key.PREFIX, word, negated), end


def _named(text: str, place: int, param: str) -> tuple[Key, str, int] | None:
    """The key at `place`, its value and where that ends; `None` when there is no key.

    A key in capitals is one only with a value that fits it: subjects of mails say `Status: broken`.
    """
    found = _KEY.match(text, place)
    if found is None or found[1].lower() not in _KEYS:
        return None
    key = Key(found[1].lower())
    try:
        value, end, _ = _value(text, found.end(), param)
        return key, _checked(key, value, found.end(), param), end
    except InvalidParams:
        if found[1] != key.value:
            return None
        raise


def _value(text: str, place: int, param: str) -> tuple[str, int, bool]:
    """The text at `place`, where it ends, and whether it is in quotes."""
    if text.startswith('"', place):
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            raise _fault(param, place, "the quote has no end, or something sticks to it", 'write \\" for a quote in it')
        value = _ESCAPED.sub(r"\1", quoted[1])
        if not value.strip():
            raise _fault(param, place, "there is nothing between the quotes")
        return value, quoted.end(), True
    bare = _BARE.match(text, place)
    if bare is None:
        raise _fault(param, place, "something is missing here", "leave no space after a minus or a colon")
    return bare[0], bare.end(), False


def _checked(key: Key, value: str, place: int, param: str) -> str:
    """The value, when its key can have it."""
    known = WORDS.get(key)
    if known is not None and value not in known:
        raise _fault(param, place, f"{key.value} is never {value}{_nearest(value, known)}", f"it is {', '.join(known)}")
    if key in _DAYS:
        try:
            return day_of(value).isoformat()
        except ValueError:
            raise _fault(param, place, f"{value} is no day", "write it as 2026-01-31") from None
    return value


def _nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _fault(param: str, place: int, what: str, hint: str | None = None) -> InvalidParams:
    """The error for what is wrong at an index of the text; people count characters from 1."""
    return InvalidParams(
        f"the {param} is not understood", faults=[f"{param}: character {place + 1}: {what}"], hint=hint
    )


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
