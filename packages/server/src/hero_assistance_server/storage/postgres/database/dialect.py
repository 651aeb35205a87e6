"""The shared statements in PostgreSQL's words.

Statements are written once, in what SQLite and PostgreSQL have in common. What is left is a matter of text, and is put
right here, once for each statement: the places of values, the text that SQLite takes for a comment, and a few words.
What is a matter of functions is in the schema, which has those of SQLite that the statements use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hero_assistance_server.storage.sql.connection import Bindings, Value

_LITERAL = r"'(?:[^']|'')*'"
_LITERALS = re.compile(rf"({_LITERAL})")
# A literal, a comment for the other engines, or the place of a value; `::` is a cast.
_TOKEN = re.compile(rf"{_LITERAL}|/\*!(.*?)\*/|::|\?(\d*)|:([a-z_]\w*)", re.DOTALL)
_WORDS = (
    # The join of SQLite that its planner does not turn round.
    (re.compile(r"\bCROSS JOIN\b"), "JOIN"),
    (re.compile(r"\bINDEXED BY \w+"), ""),
    (re.compile(r"\bgroup_concat\(row, char\(10\)\)"), "string_agg(row::text, chr(10))"),
    (re.compile(r"\bgroup_concat\("), "string_agg("),
    (re.compile(r"\bjson_array\("), "json_build_array("),
    (re.compile(r"\bGLOB\b"), "~*~"),
)
# Each statement of the repositories in each of its forms.
_STATEMENTS = 4096


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with `$1`, `$2`, ... and where each of their values comes from."""

    text: str
    names: tuple[str, ...] | None
    """The names of the values, in order; `None` when they are given in order."""

    def order(self, bindings: Bindings | None) -> Sequence[Value]:
        """Return the values in the order of the statement."""
        if bindings is None:
            return ()
        if isinstance(bindings, Mapping):
            return [bindings[name] for name in self.names or ()]
        return bindings


@lru_cache(_STATEMENTS)
def translate(text: str) -> Statement:
    """Return a shared statement as PostgreSQL takes it."""
    names: list[str] = []
    last = 0

    def place(found: re.Match[str]) -> str:
        nonlocal last
        own, number, name = found.groups()
        if own is not None:
            return _TOKEN.sub(place, own)
        if name is not None:
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"
        if number is None:
            return found[0]
        # One without a number has the next after the greatest so far, as in SQLite.
        place_number = int(number) if number else last + 1
        last = max(last, place_number)
        return f"${place_number}"

    parts = _LITERALS.split(text)
    parts[::2] = map(_replace_words, parts[::2])
    text = _TOKEN.sub(place, "".join(parts))
    return Statement(text, tuple(names) if names else None)


def _replace_words(text: str) -> str:
    for word, ours in _WORDS:
        text = word.sub(ours, text)
    return text
