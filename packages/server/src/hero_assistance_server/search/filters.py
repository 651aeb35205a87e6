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
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault, ValueFault
from hero_assistance_sdk.wire import Priority, Status

# More than a user types by hand.
TERMS_LIMIT = 32


class FilterKey(StrEnum):
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


TEXTS = frozenset({FilterKey.WORD, FilterKey.PREFIX, FilterKey.PHRASE})
NAMED = tuple(key for key in FilterKey if key not in TEXTS)
_KEYS = tuple(key.value for key in NAMED)
ME = "me"

ACTIVE, DONE, UNASSIGNED, MERGED = "active", "done", "unassigned", "merged"
AWAITING, OVERDUE = "awaiting", "overdue"
# The words that a key knows; other keys take any text or a day.
WORDS: dict[FilterKey, tuple[str, ...]] = {
    FilterKey.STATUS: tuple(status.value for status in Status),
    FilterKey.PRIORITY: tuple(priority.value for priority in Priority),
    FilterKey.IS: (UNASSIGNED, ACTIVE, DONE, MERGED, AWAITING, OVERDUE),
}
# Those whose value is a day.
DAYS = frozenset({FilterKey.BEFORE, FilterKey.AFTER})

_KEY = re.compile(r"([A-Za-z_]+):")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\s|$)', re.DOTALL)
_BARE = re.compile(r"[^\s\"]\S*")
_BLANK = re.compile(r"\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `value` is as it was typed, without quotes and star."""

    key: FilterKey
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions in the order they were typed; no conditions let everything pass. Days begin as in `zone`."""

    terms: tuple[Term, ...] = ()
    zone: tzinfo = UTC

    def of(self, key: FilterKey, *, negated: bool = False) -> tuple[str, ...]:
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
        fault = FieldFault(param, FaultKind.FILTER_TERMS, f"{len(terms)} terms", {"limit": TERMS_LIMIT})
        raise InvalidParams(f"a filter has at most {TERMS_LIMIT} terms", faults=[fault])
    return Filter(terms, zone)


def suggest_key(term: Term) -> str | None:
    """The key that a word such as `statsu:open` may have meant."""
    found = _KEY.match(term.value)
    near = get_close_matches(found[1].lower(), _KEYS, n=1) if found and term.key is not FilterKey.PHRASE else []
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
    if (named := _read_named(text, place, param)) is not None:
        key, value, end = named
        return Term(key, value, negated), end
    value, end, quoted = _value(text, place, param)
    if quoted:
        return Term(FilterKey.PHRASE, value, negated), end
    word = value.rstrip("*")
    if not word:
        raise _fault(param, place, FaultKind.FILTER_STAR, "a star needs letters before it")
    return Term(FilterKey.WORD if word == value else FilterKey.PREFIX, word, negated), end


def _read_named(text: str, place: int, param: str) -> tuple[FilterKey, str, int] | None:
    """The key at `place`, its value and where that ends; `None` when there is no key.

    A key in capitals is one only with a value that fits it: subjects of mails say `Status: broken`.
    """
    found = _KEY.match(text, place)
    if found is None or found[1].lower() not in _KEYS:
        return None
    key = FilterKey(found[1].lower())
    try:
        value, end, _ = _value(text, found.end(), param)
        return key, _check_value(key, value, found.end(), param), end
    except InvalidParams:
        if found[1] != key.value:
            return None
        raise


def _value(text: str, place: int, param: str) -> tuple[str, int, bool]:
    """The text at `place`, where it ends, and whether it is in quotes."""
    if text.startswith('"', place):
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            words, hint = "the quote has no end, or something sticks to it", 'write \\" for a quote in it'
            raise _fault(param, place, FaultKind.FILTER_QUOTE, words, hint)
        value = _ESCAPED.sub(r"\1", quoted[1])
        if not value.strip():
            raise _fault(param, place, FaultKind.FILTER_EMPTY_QUOTE, "there is nothing between the quotes")
        return value, quoted.end(), True
    bare = _BARE.match(text, place)
    if bare is None:
        hint = "leave no space after a minus or a colon"
        raise _fault(param, place, FaultKind.FILTER_UNFINISHED, "something is missing here", hint)
    return bare[0], bare.end(), False


def _check_value(key: FilterKey, value: str, place: int, param: str) -> str:
    """The value, when its key can have it."""
    known = WORDS.get(key)
    if known is not None and value not in known:
        near = "".join(get_close_matches(value.lower(), known, n=1))
        words = f"{key.value} is never {value}{f'; did you mean {near}?' if near else ''}"
        details = {"key": key.value, "value": value, "meant": near, "known": list(known)}
        raise _fault(param, place, FaultKind.FILTER_VALUE, words, f"it is {', '.join(known)}", **details)
    if key in DAYS:
        try:
            return day_of(value).isoformat()
        except ValueError:
            hint = "write it as 2026-01-31"
            raise _fault(param, place, FaultKind.DAY, f"{value} is no day", hint, value=value) from None
    return value


def _fault(
    param: str, place: int, kind: FaultKind, what: str, hint: str | None = None, **details: str | list[str]
) -> InvalidParams:
    """The error for what is wrong at an index of the text; people count characters from 1."""
    fault = ValueFault(f"character {place + 1}: {what}", kind, place=place + 1, **details).of(param)
    return InvalidParams(f"the {param} is not understood", faults=[fault], hint=hint)


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
