"""A ticket as one document of the index, and a search as one question to it.

A document has three columns: `public` is what its customer may read, `notes` what only the team may, and `facets` one
word for each thing that a filter can ask for, among them who may see the ticket. A search of a customer names that
customer's facet and the public column: there is nothing to take out of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from hero_assistance_sdk.wire import MessageKind, Status, UserId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.search.filters import Filter
from hero_assistance_server.search.tokenizer import asked, joined
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_query import ListQuery, build_list_query
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

# A change of a ticket writes its document again, which takes 20 ms at this size: some 500 ordinary messages. Of a
# longer thread the newest ones are found.
DOCUMENT_LIMIT = 256 * 1024

PUBLIC, EVERYTHING = "{public}", "{public notes}"


@dataclass(frozen=True, slots=True)
class Document:
    """What the index has of a ticket, by column."""

    public: str
    notes: str
    facets: str


@dataclass(frozen=True, slots=True)
class Question:
    """A full-text expression, and the span of creation times that it cannot say more finely than by month."""

    expression: str
    since: datetime | None
    until: datetime | None


def document(ticket: Ticket, messages: Sequence[Message]) -> Document:
    """Return the document of a ticket with these messages."""
    public, notes = [*texts_of(ticket)], list[str]()
    for message in messages:
        column = notes if message.kind is MessageKind.NOTE else public
        column += [message.author_name, message.body]
    return Document(joined(public), joined(notes), " ".join(sorted(facets_of(ticket))))


def up_to_characters(messages: Iterable[Message], limit: int) -> Iterator[Message]:
    """Yield the first messages that have at most `limit` characters together."""
    for message in messages:
        limit -= len(message.body)
        if limit < 0:
            return
        yield message


def texts_of(ticket: Ticket) -> tuple[str, ...]:
    """Return what can be found of a ticket in addition to its messages."""
    people = (ticket.customer_name, ticket.customer, *ticket.collaborators)
    return (ticket.title, *ticket.tags, *people, ticket.body)


def facets_of(ticket: Ticket) -> frozenset[str]:
    """Return what a filter can ask of a ticket, as words of the index."""
    about = (*list_index.subjects(ticket), _status(ticket.status), _month(ticket.created_at))
    return frozenset(map(_word, (*about, *map(_seen_by, ticket.people))))


def question(filter_: Filter, reader: User, months: tuple[datetime, datetime]) -> Question:
    """Return what is asked for `reader`; `months` are when the first and the last ticket were created."""
    sought = build_list_query(filter_, reader)
    columns = EVERYTHING if reader.is_staff else PUBLIC
    must = [] if reader.is_staff else [_facets([_seen_by(reader.user_id)])]
    must += _facet_terms(sought, months)
    never = [_facets([scope]) for scope in sorted(sought.without)]
    for term in filter_.texts:
        text = asked(term)
        if text is not None:
            (never if term.negated else must).append(f"{columns} : {text}")
    expression = " AND ".join(must or [_facets([list_index.ALL])])
    if never:
        expression = f"({expression}) NOT ({' OR '.join(never)})"
    return Question(expression, sought.since, sought.until)


def _facet_terms(sought: ListQuery, months: tuple[datetime, datetime]) -> list[str]:
    terms = [_facets(group) for group in sought.within]
    if sought.statuses != frozenset(Status):
        # No status at all is a facet that no ticket has.
        terms.append(_facets(map(_status, sought.statuses)) if sought.statuses else _facets(["nothing"]))
    if sought.since or sought.until:
        first, last = months
        terms.append(_facets(_months(max(first, sought.since or first), min(last, sought.until or last))))
    return terms


def _facets(scopes: Iterable[str]) -> str:
    return f"{{facets}} : ({' OR '.join(sorted(map(_word, scopes)))})"


# Of the statuses, months, people and tags that are in use; each change of a ticket asks for some ten.
@lru_cache(4096)
def _word(scope: str) -> str:
    """Return a scope as one word that the index never splits, and never takes for another."""
    return f"x{scope.encode().hex()}"


def _seen_by(user_id: UserId) -> str:
    return f"seen:{user_id}"


def _status(status: Status) -> str:
    return f"status:{status.value}"


def _month(time: datetime) -> str:
    return f"month:{time.year:04}-{time.month:02}"


def _months(first: datetime, last: datetime) -> list[str]:
    """Return the months from one time to another, or the first alone."""
    count = max(0, (last.year - first.year) * 12 + last.month - first.month)
    begin = first.year * 12 + first.month - 1
    return [f"month:{month // 12:04}-{month % 12 + 1:02}" for month in range(begin, begin + count + 1)]
