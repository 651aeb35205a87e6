"""A search as one full-text expression of FTS5.

A search of a customer names that customer's facet and the public column: there is nothing to take out of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import Status
from hero_assistance_server.search.filters import DAYS, Filter, FilterKey, Term
from hero_assistance_server.search.tokenizer import words_of
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.search.document import facet_word, in_month, in_status, seen_by
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_query import ListQuery, build_list_query
from hero_assistance_server.timestamps import time_of
from hero_assistance_server.users.model import User

PUBLIC, EVERYTHING = "{public}", "{public notes}"

_NO_MONTHS = (time_of(0), time_of(0))
_CREATION_RANGE = "SELECT (SELECT min(created_at) FROM tickets), (SELECT max(created_at) FROM tickets)"


@dataclass(frozen=True, slots=True)
class FullTextQuery:
    """An expression, and what it cannot say: creation times more finely than by month, and what is overdue now."""

    expression: str
    since: datetime | None
    until: datetime | None
    overdue: bool | None


def find_full_text_query(connection: Connection, filter_: Filter, reader: User) -> FullTextQuery | None:
    """Build the query of a reader; asks when tickets were created only where the filter has days."""
    has_days = any(term.key in DAYS for term in filter_.terms)
    return build_full_text_query(filter_, reader, creation_range(connection) if has_days else _NO_MONTHS)


def build_full_text_query(filter_: Filter, reader: User, months: tuple[datetime, datetime]) -> FullTextQuery | None:
    """Build the query of a reader; `None` when it asks for words, and none of them can be looked for.

    `months` are when the first and the last ticket were created.
    """
    texts = [(term, text) for term in filter_.texts if (text := _text_of(term)) is not None]
    if filter_.texts and not texts:
        return None
    sought = build_list_query(filter_, reader)
    columns = EVERYTHING if reader.is_staff else PUBLIC
    must = [] if reader.is_staff else [_facets([seen_by(reader.user_id)])]
    must += _facet_terms(sought, months)
    never = [_facets([scope]) for scope in sorted(sought.without)]
    for term, text in texts:
        (never if term.negated else must).append(f"{columns} : ({text})")
    expression = " AND ".join(must or [_facets([list_index.ALL])])
    if never:
        expression = f"({expression}) NOT ({' OR '.join(never)})"
    return FullTextQuery(expression, sought.since, sought.until, sought.overdue)


def creation_range(connection: Connection) -> tuple[datetime, datetime]:
    """Return when the first and the last ticket were created; the start of 1970 when there is none."""
    # SQLite answers min and max of one question only by reading every row.
    first, last = connection.execute(_CREATION_RANGE).get
    return time_of(first or 0), time_of(last or 0)


def _text_of(term: Term) -> str | None:
    """Return a term of words in the language of the index; `None` when there is nothing in it to look for."""
    words = words_of(term.value)
    found = [_phrase(words.phrase) + (" *" if term.key is FilterKey.PREFIX else "")] if words.phrase else []
    found += map(_phrase, words.symbols)
    return " AND ".join(found) or None


def _phrase(words: Sequence[str]) -> str:
    # No word has a quote in it.
    return f'"{" ".join(words)}"'


def _facet_terms(sought: ListQuery, months: tuple[datetime, datetime]) -> Iterator[str]:
    for group in sought.within:
        yield _facets(group)
    if sought.statuses != frozenset(Status):
        # No status at all is a facet that no ticket has.
        yield _facets(map(in_status, sought.statuses)) if sought.statuses else _facets(["nothing"])
    if sought.since or sought.until:
        first, last = months
        yield _facets(_months(max(first, sought.since or first), min(last, sought.until or last)))


def _facets(scopes: Iterable[str]) -> str:
    return f"{{facets}} : ({' OR '.join(sorted(map(facet_word, scopes)))})"


def _months(first: datetime, last: datetime) -> list[str]:
    """Return the months from one time to another, or the first alone."""
    count = max(0, (last.year - first.year) * 12 + last.month - first.month)
    begin = first.year * 12 + first.month - 1
    return [in_month(month // 12, month % 12 + 1) for month in range(begin, begin + count + 1)]
