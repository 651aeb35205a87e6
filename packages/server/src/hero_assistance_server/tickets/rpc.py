"""`ticket.*`: file, read and list tickets."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, TooLarge, Unauthenticated, Unavailable
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.encoded import Encoded, array
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.attachments.rpc import Attachments
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.cursors import cursor_of, position_of
from hero_assistance_server.rpc.example_fixtures import CAROLS_TICKET, NEW_TICKET, TICKET, make_listed
from hero_assistance_server.rpc.pages import count_fitting
from hero_assistance_server.rpc.params import (
    PAGE_DEFAULT,
    ClientToken,
    Cursor,
    FilterText,
    OptionalText,
    PageLimit,
    Tags,
    TicketParams,
    Title,
    UserName,
    ZoneName,
)
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.rpc.response_cache import ResponseCache, RowCache
from hero_assistance_server.search.filters import Filter, parse, suggest_key
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.ticket_lists.list_query import ListQuery, build_list_query
from hero_assistance_server.tickets.json_row import decode_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import START, START_OF_SMALLEST, Position
from hero_assistance_server.tickets.service import (
    CREATE,
    NewTicket,
    count_unread,
    create_ticket,
    create_ticket_for,
    cut_page,
    list_tickets,
)
from hero_assistance_server.tickets.sharing import NOTHING_SHARED, Sharing, check_filter
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.time_zones import zone_for

_CREATES = Example(
    "A customer files a ticket",
    "dave",
    {"title": "A new laptop", "body": "Mine is six years old.", "tags": ["hardware"], "client_token": "d41b"},
    NEW_TICKET | {"tags": []},
)
_CREATES_FOR = Example(
    "An agent files it for a customer who has called",
    "bob",
    {"title": "A new laptop", "body": "Mine is six years old.", "tags": ["hardware"], "customer": "dave"},
    NEW_TICKET | {"followers": ["bob"]},
)
_GETS = (
    Example("An agent reads a ticket", "bob", {"ticket_id": 1}, TICKET),
    Example("Its customer reads it, and no trace of notes", "carol", {"ticket_id": 1}, CAROLS_TICKET),
)
_LISTS = (
    Example(
        "An agent lists the tickets",
        "bob",
        {"limit": 50, "unread": True},
        {"tickets": [make_listed(TICKET, unread=1)], "next_cursor": None, "seq": 3},
    ),
    Example(
        "An agent lists what is urgent in a view",
        "bob",
        {"view": "open", "filter": "priority:urgent -tag:vpn"},
        {"tickets": [], "next_cursor": None, "seq": 3},
    ),
    Example(
        "A program reads all of them",
        "bob",
        {"order": "id"},
        {"tickets": [make_listed(TICKET, unread=None)], "next_cursor": None, "seq": 3},
    ),
    Example(
        "An agent opens the desk",
        "bob",
        {"view": "inbox"},
        {"tickets": [make_listed(TICKET, unread=None)], "next_cursor": None, "seq": 3},
    ),
    Example("A customer lists their own", "dave", {"view": "inbox"}, {"tickets": [], "next_cursor": None, "seq": 3}),
)


class CreateTicket(Params):
    """The new ticket."""

    title: Title
    body: OptionalText
    priority: wire.Priority = wire.Priority.NORMAL
    tags: Tags = ()
    client_token: ClientToken = None
    attachments: Attachments = ()
    customer: Annotated[
        UserName | None,
        Field(description="For whom an agent files it, as after a telephone call; null: for the caller."),
    ] = None


ViewName = Literal["inbox", "unassigned", "mine", "participating", "open", "waiting", "snoozed", "closed", "all"]


class ListTickets(Params):
    """Which tickets, and which page of them."""

    view: Annotated[
        ViewName | None,
        Field(
            description="`inbox` is what is neither solved nor closed, and for a customer all that they see; the other"
            " views are of the team."
        ),
    ] = None
    filter: FilterText = ""
    time_zone: ZoneName = None
    cursor: Cursor = None
    limit: PageLimit = PAGE_DEFAULT
    unread: Annotated[bool, Field(description="Count what the caller has not read of each ticket.")] = False
    order: Annotated[
        Order,
        Field(
            description="`activity` is for screens, which follow the events too: a ticket that changes between two"
            " pages moves to the front, where the next page does not look. `id` is for who reads everything: each"
            " ticket that is in the list all the time is in one page and no other. `first_response_due` is of the"
            " team, and has only the tickets that await their first answer, the soonest due first."
        ),
    ] = Order.ACTIVITY


class TicketPage(Result):
    """Tickets in the order that was asked for; `seq` is the number of the last event that is in them.

    A page may have fewer tickets than were asked for, and a `next_cursor` all the same: nothing more was found within
    the work that one call does, or had room. `ticket.get` has the whole text of one.
    """

    tickets: list[wire.ListedTicket]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""
    # A row of a customer depends on what is shared.
    rows: dict[Sharing | None, RowCache] = {}
    answers = ResponseCache(storage)

    @table.method(
        CREATE,
        allow=KNOWN,
        adds=Usage.TICKETS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, TooLarge, Unavailable],
        examples=[_CREATES, _CREATES_FOR],
    )
    async def create(caller: Caller, params: CreateTicket) -> Encoded[wire.Ticket]:
        """File a ticket as its customer; the same `client_token` again answers with the ticket it made.

        An agent may file it for a `customer`, and takes part in it then.
        """

        def command(work: UnitOfWork) -> Encoded[wire.Ticket]:
            return work.serialize_ticket(_create(work, caller, params), caller)

        return await storage.write(command)

    @table.method("ticket.get", allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, Unavailable], examples=_GETS)
    async def get(caller: Caller, params: TicketParams) -> wire.Ticket:
        """Read one ticket."""
        return await storage.read(lambda snapshot: _get(snapshot, caller, params.ticket_id))

    @table.method(
        "ticket.list",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, Forbidden, InvalidParams, Unavailable],
        examples=_LISTS,
    )
    async def list_(caller: Caller, params: ListTickets) -> Encoded[TicketPage]:
        """List tickets, by activity, by id or by when an answer is due: an agent all of them, a customer their own.

        Continue with `next_cursor`; what happens meanwhile comes as events after the first page's `seq`.
        """
        filter_ = parse_list_filter(params.filter, zone_for(params.time_zone, caller.known()))
        query = _query_of(caller, params, filter_)
        after = _start_of(caller, params)

        async def read() -> Encoded[TicketPage]:
            page, unread, sharing, seq = await storage.read(
                lambda snapshot: (
                    page := list_tickets(snapshot, caller, query, after, params.limit, params.order),
                    count_unread(snapshot, caller, page) if params.unread else None,
                    _find_sharing(snapshot, caller, filter_),
                    snapshot.events.last_seq(),
                )
            )
            if sharing not in rows:
                rows[sharing] = RowCache(partial(_encode, sharing=sharing))
            items = rows[sharing].encode_each(page.rows)
            if unread is not None:
                items = [*map(_with_unread, items, unread)]
            count = count_fitting(items)
            if count < len(items):
                page = cut_page(page, count, params.order, staff=caller.is_staff)
            cursor = None if page.end is None else cursor_of(page.end, params.order)
            return Encoded.of(TicketPage, tickets=array(items[:count]), next_cursor=cursor, seq=seq)

        # Staff see the same list; who asks matters for what is unread, and where a view or a filter says "me".
        own = params.unread or not caller.is_staff or query is not None
        user_id = caller.known().user_id if own else None
        page_asked = (params.cursor, params.limit, params.order, params.unread)
        asked = (user_id, params.view, params.filter, filter_.zone, page_asked)
        # What is overdue becomes so without a commit.
        return await (answers.answer(asked, read) if query is None or query.overdue is None else read())


def parse_list_filter(text: str, zone: tzinfo = UTC) -> Filter:
    """Return the filter of a list; raises `InvalidParams` also for one that looks for words."""
    filter_ = parse(text, zone=zone)
    if filter_.texts:
        term = filter_.texts[0]
        meant = suggest_key(term)
        words = f"{term.value} is {term.key.value}"
        fault = ValueFault(words, FaultKind.FILTER_TEXT, value=term.value, meant=meant or "").of("filter")
        raise InvalidParams(
            "a list is not filtered by words",
            faults=[fault],
            hint=f"did you mean {meant}:?" if meant else "search.tickets finds words",
        )
    return filter_


def _start_of(caller: Caller, params: ListTickets) -> Position:
    """Return where the page begins; raises `InvalidParams` for a cursor of another order, and `Forbidden`."""
    if params.order is Order.FIRST_RESPONSE_DUE and not caller.is_staff:
        raise Forbidden(
            "when answers are due is the team's", hint="customers list by activity or by id", kind=RefusalKind.TEAM_ONLY
        )
    if params.cursor is not None:
        return position_of(params.cursor, params.order)
    return START if params.order is Order.ACTIVITY else START_OF_SMALLEST


def _query_of(caller: Caller, params: ListTickets, filter_: Filter) -> ListQuery | None:
    """Return what the list is of; `None` for every ticket."""
    view = params.view
    if not caller.is_staff:
        if view not in {None, "inbox"}:
            raise Forbidden("views are of the team", hint="a filter works for everybody", kind=RefusalKind.TEAM_ONLY)
        view = None
    if not filter_.terms and view in {None, "all"}:
        return None
    return build_list_query(filter_, caller.known(), view)


def _create(work: UnitOfWork, caller: Caller, params: CreateTicket) -> Ticket:
    if params.customer is not None:
        new = NewTicket(
            params.title, params.body, params.priority, params.tags, params.client_token, params.attachments
        )
        return create_ticket_for(work, caller, params.customer, new)
    return create_ticket(
        work,
        caller,
        title=params.title,
        body=params.body,
        priority=params.priority,
        tags=params.tags,
        client_token=params.client_token,
        attachment_ids=params.attachments,
    )


def _get(snapshot: Snapshot, caller: Caller, ticket_id: wire.TicketId) -> wire.Ticket:
    ticket = visible_ticket(snapshot, caller, ticket_id)
    if caller.is_staff:
        return serializers.ticket(ticket, staff=True)
    return serializers.ticket(ticket, staff=False, sharing=snapshot.project.sharing())


def _find_sharing(snapshot: Snapshot, caller: Caller, filter_: Filter) -> Sharing | None:
    """Return what is shared with a customer, `None` for staff; raises `Forbidden` for a filter by what is not."""
    if caller.is_staff:
        return None
    sharing = snapshot.project.sharing()
    check_filter(filter_, caller.known(), sharing)
    return sharing


def _encode(row: str, *, sharing: Sharing | None) -> bytes:
    """Return the JSON of a row for staff, or for customers with whom something may be shared."""
    staff, shared = sharing is None, sharing or NOTHING_SHARED
    listed = serializers.listed_ticket(decode_row(row), staff=staff, unread=None, sharing=shared)
    return listed.model_dump_json().encode()


def _with_unread(listed: bytes, unread: int) -> bytes:
    """Return the JSON of a `wire.ListedTicket`, which ends with a null, with the count in its place."""
    return b"%b%d}" % (listed.removesuffix(b"null}"), unread)
