"""The text of a filter: the way back from what `filters.parse` made of one."""

from __future__ import annotations

import re

from hero_assistance_server.search.filters import NAMED, Filter, FilterKey, Term

_BARE = re.compile(r"[^\s\"]\S*")


def format_filter(filter_: Filter) -> str:
    """Return a text that `parse` reads as this filter."""
    return " ".join(map(_format_term, filter_.terms))


def _format_term(term: Term) -> str:
    minus = "-" if term.negated else ""
    if term.key in NAMED:
        return f"{minus}{term.key.value}:{_format_value(term.value)}"
    if term.key is FilterKey.PHRASE:
        return f"{minus}{_quote(term.value)}"
    return f"{minus}{term.value}{'*' if term.key is FilterKey.PREFIX else ''}"


def _format_value(value: str) -> str:
    """Return a value as it is typed: in quotes only where it must be."""
    return value if _BARE.fullmatch(value) else _quote(value)


def _quote(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
