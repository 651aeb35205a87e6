"""A ticket as one document of the search index.

A document has three columns: `public` is what its customer may read, `notes` what only the team may,
among it the tags, and `facets` one
word for each thing that a filter can ask for, among them who may see the ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hero_assistance_sdk.wire import MessageKind, Status, UserId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.search.tokenizer import join_texts
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.tickets.model import Ticket

# A change of a ticket writes its document again, which takes 20 ms at this size: some 500 ordinary messages. Of a
# longer thread the newest ones are found.
DOCUMENT_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """What the index has of a ticket, by column."""

    public: str
    notes: str
    facets: str


def document(ticket: Ticket, messages: Sequence[Message]) -> Document:
    """Return the document of a ticket with these messages."""
    public, notes = [*texts_of(ticket)], [*ticket.tags]
    for message in messages:
        column = notes if message.kind is MessageKind.NOTE else public
        column += [message.author_name, message.body]
    return Document(join_texts(public), join_texts(notes), " ".join(sorted(facets_of(ticket))))


def texts_of(ticket: Ticket) -> tuple[str, ...]:
    """Return what can be found of a ticket in addition to its messages."""
    people = (ticket.customer_name, ticket.customer, *ticket.collaborators)
    return (ticket.title, *people, ticket.body)


def facets_of(ticket: Ticket) -> frozenset[str]:
    """Return what a filter can ask of a ticket, as words of the index."""
    month = in_month(ticket.created_at.year, ticket.created_at.month)
    about = (*list_index.subjects(ticket), in_status(ticket.status), month)
    return frozenset(map(facet_word, (*about, *map(seen_by, ticket.people))))


# Of the statuses, months, people and tags that are in use; each change of a ticket asks for some ten.
@lru_cache(4096)
def facet_word(scope: str) -> str:
    """Return a scope as one word that the index never splits, and never takes for another."""
    return f"x{scope.encode().hex()}"


def seen_by(user_id: UserId) -> str:
    """Return the scope of the tickets that somebody outside the team sees."""
    return f"seen:{user_id}"


def in_status(status: Status) -> str:
    """Return the scope of the tickets with a status."""
    return f"status:{status.value}"


def in_month(year: int, month: int) -> str:
    """Return the scope of the tickets that were created in a month of UTC."""
    return f"month:{year:04}-{month:02}"
