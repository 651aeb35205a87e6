"""JSON of programs that may lie: of bounded depth, without half letters or numbers that no browser can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

# The last millisecond of JavaScript's Date; integers are exact up to a little above it.
LARGEST = 8_640_000_000_000_000
_QUOTED = 120
# Objects of a list are many times larger in memory than as text: two texts of commas alone have fewer of these.
_MOST_ITEMS = 500_000
_BEGINNINGS = ("[", "{", ",")


def parse_json(text: str | bytes) -> Any:
    """Return what a text means; raises `ValueError` for no JSON, too deep a one, or a number beyond `LARGEST`."""
    written = text.decode() if isinstance(text, bytes) else text
    if sum(map(written.count, _BEGINNINGS)) > _MOST_ITEMS:
        raise ValueError(f"more than {_MOST_ITEMS} items")
    found = from_json(written, allow_inf_nan=False)
    if not all(-LARGEST <= number <= LARGEST for number in _numbers(found)):
        raise ValueError(f"a number beyond {LARGEST}")
    return found


def explain(error: ValueError) -> str:
    """What is wrong, short enough for a line; a foreign text in it is cut, and shown without what a terminal obeys."""
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        return quote(": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"]))))
    return quote(str(error))


def quote(text: str, longest: int = _QUOTED) -> str:
    """A foreign text as a message may hold it: one line, printable, and short."""
    cut = text if len(text) <= longest else f"{text[:longest]}..."
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut)


def _numbers(value: Any) -> Iterator[int | float]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, int | float):
            yield item
