"""`search.*`: full-text search of tickets."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.messages.model import up_to_characters
from hero_assistance_server.messages.visibility import sees_notes
from hero_assistance_server.rpc.example_fixtures import CAROLS_TICKET, TICKET, make_listed
from hero_assistance_server.rpc.params import ID_LIMIT, FilterText, ZoneName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.search import snippets
from hero_assistance_server.search.filters import Filter, parse
from hero_assistance_server.search.snippets import SnippetSearch
from hero_assistance_server.search.tokenizer import unsearchable
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.sharing import NOTHING_SHARED, check_filter
from hero_assistance_server.time_zones import zone_for
from hero_assistance_server.users.model import User

# A page of a list of results; each comes with its place.
RESULTS_LIMIT = 50
RESULTS_DEFAULT = 20
# What is looked through for the place on one ticket: a longer thread is shown by its title when its end has no match.
LOOK_LIMIT = 64 * 1024

_NOTED = [
    {"text": "The ", "match": False},
    {"text": "gateway", "match": True},
    {"text": " was renewed yesterday.", "match": False},
]
_FINDS = (
    Example(
        "An agent looks for a word that begins so, on open tickets",
        "bob",
        {"query": "is:active gatew*"},
        {
            "found": [{"ticket": make_listed(TICKET, unread=1), "place": "note", "message_id": 2, "snippet": _NOTED}],
            "next_before": None,
            "ignored": [],
            "missing": 0,
            "seq": 3,
        },
    ),
    Example(
        "Its customer does not find what only agents wrote",
        "carol",
        {"query": "gateway"},
        {"found": [], "next_before": None, "ignored": [], "missing": 0, "seq": 3},
    ),
    Example(
        "There is nothing in it to look for",
        "bob",
        {"query": "!?"},
        {"found": [], "next_before": None, "ignored": ["!?"], "missing": 0, "seq": 3},
    ),
    Example(
        "A phrase",
        "carol",
        {"query": '"since this"'},
        {
            "found": [
                {
                    "ticket": make_listed(CAROLS_TICKET, unread=1),
                    "place": "body",
                    "message_id": None,
                    "snippet": [{"text": "Since this", "match": True}, {"text": " morning.", "match": False}],
                }
            ],
            "next_before": None,
            "ignored": [],
            "missing": 0,
            "seq": 3,
        },
    ),
)
_ERRORS = (Unauthenticated, Forbidden, InvalidParams, Unavailable)


class SearchTickets(Params):
    """The query, and the page of its results."""

    query: FilterText
    time_zone: ZoneName = None
    before: Annotated[int, Field(ge=1, le=ID_LIMIT, description="`next_before` of the page before.")] = ID_LIMIT
    limit: Annotated[int, Field(ge=1, le=RESULTS_LIMIT)] = RESULTS_DEFAULT


class Segment(Result):
    """A part of a snippet, plain text: one of the words that were asked for, or what stands around them."""

    text: str
    match: bool


class FoundTicket(Result):
    """A ticket, and the place on it that has most of the words; `message_id` is null where it is of no message."""

    ticket: wire.ListedTicket
    place: snippets.Place
    message_id: wire.MessageId | None
    snippet: list[Segment]


class FoundPage(Result):
    """Tickets, those filed last first; `next_before` asks for the next page, null at the end.

    `ignored` has the texts of the query in which nothing can be looked for, such as `!?`; a query that has no other
    texts finds nothing. `missing` is how many of the oldest tickets cannot be found yet: after an upgrade the server
    indexes them again while it runs.
    """

    found: list[FoundTicket]
    next_before: int | None
    ignored: list[str]
    missing: int
    seq: wire.Seq


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method("search.tickets", allow=KNOWN, page=True, errors=_ERRORS, examples=_FINDS)
    async def tickets(caller: Caller, params: SearchTickets) -> FoundPage:
        """Find tickets by words, phrases and filters: an agent among all, a customer among what they can read.

        Searches titles, texts, messages, names and, for an agent, tags: in any case, with any accents and in any
        Unicode normal form.
        """
        filter_ = parse(params.query, param="query", zone=zone_for(params.time_zone, caller.known()))
        return await storage.read(lambda snapshot: _search(snapshot, caller.known(), filter_, params))


def _search(snapshot: Snapshot, reader: User, filter_: Filter, params: SearchTickets) -> FoundPage:
    sharing = NOTHING_SHARED if reader.is_staff else snapshot.project.sharing()
    check_filter(filter_, reader, sharing)
    found = snapshot.search.find(filter_, reader, params.before, params.limit + 1)
    page = found[: params.limit]
    more = len(found) > len(page)
    unread = snapshot.read_receipts.count_unread(reader, [ticket.ticket_id for ticket in page])
    places = _find_places(snapshot, reader, page, filter_)
    return FoundPage(
        found=[
            FoundTicket(
                ticket=serializers.listed_ticket(ticket, staff=reader.is_staff, unread=count, sharing=sharing),
                **place,
            )
            for ticket, count, place in zip(page, unread, places, strict=True)
        ],
        next_before=page[-1].ticket_id if more else None,
        ignored=unsearchable(filter_.texts),
        missing=snapshot.search.count_missing(),
        seq=snapshot.events.last_seq(),
    )


def _find_places(snapshot: Snapshot, reader: User, page: list[Ticket], filter_: Filter) -> list[dict[str, Any]]:
    """Return the place on each ticket that has most of the words, as the fields of a `FoundTicket`."""
    words = snippets.patterns(filter_)
    # Customers find no tags, also where they are shown them.
    searches = [SnippetSearch(one if reader.is_staff else replace(one, tags=()), words) for one in page]
    unfinished = {one.ticket_id: search for one, search in zip(page, searches, strict=True) if not search.is_finished}
    threads = snapshot.messages.iterate_newest_of([*unfinished], notes=sees_notes(reader))
    for search, thread in zip(unfinished.values(), threads, strict=True):
        search.look_through(up_to_characters(thread, LOOK_LIMIT))
    return [_place(search.found) for search in searches]


def _place(there: snippets.Found) -> dict[str, Any]:
    snippet = [Segment(text=segment.text, match=segment.match) for segment in there.segments]
    return {"place": there.place, "message_id": there.message_id, "snippet": snippet}
