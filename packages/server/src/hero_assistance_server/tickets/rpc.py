"""`ticket.*`: file, read and list tickets."""

from __future__ import annotations

from functools import partial
from typing import Literal

import apsw

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, TooLarge, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.attachments.rpc import Attachments, taken
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.rpc.cursors import cursor_of, position_of
from hero_assistance_server.rpc.example_fixtures import CAROLS_TICKET, NEW_TICKET, TICKET
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
)
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.rpc.response_cache import ResponseCache, RowCache
from hero_assistance_server.search.filters import Filter, parse
from hero_assistance_server.storage.sqlite import client_tokens, drafts, events, ticket_lists, tickets
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets import rules as commands
from hero_assistance_server.tickets.list_query import ListQuery, build_list_query
from hero_assistance_server.tickets.model import Ticket

CREATE = "ticket.create"

_CREATES = Example(
    "A customer files a ticket",
    "dave",
    {"title": "A new laptop", "body": "Mine is six years old.", "tags": ["hardware"], "client_token": "d41b"},
    NEW_TICKET,
)
_GETS = (
    Example("An agent reads a ticket", "bob", {"ticket_id": 1}, TICKET),
    Example("Its customer reads it, and no trace of notes", "carol", {"ticket_id": 1}, CAROLS_TICKET),
)
_LISTS = (
    Example("An agent lists the tickets", "bob", {"limit": 50}, {"tickets": [TICKET], "next_cursor": None, "seq": 3}),
    Example(
        "An agent lists what is urgent in a view",
        "bob",
        {"view": "open", "filter": "priority:urgent -tag:vpn"},
        {"tickets": [], "next_cursor": None, "seq": 3},
    ),
    Example("A customer lists their own", "dave", {}, {"tickets": [], "next_cursor": None, "seq": 3}),
)


class CreateTicket(Params):
    """What is filed."""

    title: Title
    body: OptionalText
    priority: wire.Priority = wire.Priority.NORMAL
    tags: Tags = ()
    client_token: ClientToken = None
    attachments: Attachments = ()


ViewName = Literal["unassigned", "mine", "participating", "open", "waiting", "snoozed", "closed", "all"]


class ListTickets(Params):
    """Which tickets, and which page of them; a view is of the team."""

    view: ViewName | None = None
    filter: FilterText = ""
    cursor: Cursor = None
    limit: PageLimit = PAGE_DEFAULT


class TicketPage(Result):
    """Tickets by last activity, newest first; `seq` is the number of the last event that is in them.

    A page may have fewer tickets than were asked for, and a `next_cursor` all the same: nothing more was found within
    the work that one call does.
    """

    tickets: list[wire.Ticket]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""
    rows = {staff: RowCache(partial(_shown, staff=staff)) for staff in (True, False)}
    answers = ResponseCache(store)

    @table.method(
        CREATE, allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, TooLarge, Unavailable], examples=[_CREATES]
    )
    async def create(caller: Caller, params: CreateTicket) -> Encoded[wire.Ticket]:
        """File a ticket as its customer; the same `client_token` again answers with the ticket it made."""

        def command(transaction: SqliteUnitOfWork) -> Encoded[wire.Ticket]:
            return transaction.shown(_create(transaction, caller, params), caller)

        return await store.write(command)

    @table.method("ticket.get", allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, Unavailable], examples=_GETS)
    async def get(caller: Caller, params: TicketParams) -> wire.Ticket:
        """Read one ticket."""
        ticket = await store.query(lambda db: visible(db, caller, params.ticket_id))
        return serializers.ticket(ticket, staff=caller.is_staff)

    @table.method(
        "ticket.list",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, Forbidden, InvalidParams, Unavailable],
        examples=_LISTS,
    )
    async def list_(caller: Caller, params: ListTickets) -> Encoded[TicketPage]:
        """List tickets by last activity, newest first: an agent all of them, a customer their own.

        Continue with `next_cursor`; what happens meanwhile comes as events after the first page's `seq`.
        """
        sought = _sought(caller, params)
        after = tickets.START if params.cursor is None else position_of(params.cursor)

        async def made() -> Encoded[TicketPage]:
            page, seq = await store.query(
                lambda db: (_page(db, caller, sought, after, params.limit), events.last_seq(db))
            )
            cursor = None if page.walked is None else cursor_of(page.walked)
            shown = rows[caller.is_staff].json_array(page.rows)
            return Encoded.of(TicketPage, tickets=shown, next_cursor=cursor, seq=seq)

        # Agents see the same list; who asks matters where a view or a filter says "me".
        own = not caller.is_staff or sought is not None
        whose = caller.known().user_id if own else None
        return await answers.answer((whose, params.view, params.filter, params.cursor, params.limit), made)


def listed(text: str) -> Filter:
    """The filter of a list; raises `InvalidParams` also for one that looks for words."""
    filter_ = parse(text)
    if filter_.texts:
        raise InvalidParams(
            "a list is not filtered by words",
            faults=[f"filter: {filter_.texts[0].value} is {filter_.texts[0].key.value}"],
            hint="search.tickets finds words",
        )
    return filter_


def _sought(caller: Caller, params: ListTickets) -> ListQuery | None:
    """What the list is of; `None` for every ticket."""
    if params.view is not None and not caller.is_staff:
        raise Forbidden("views are of the team", hint="a filter works for everybody")
    filter_ = listed(params.filter)
    if not filter_.terms and params.view in {None, "all"}:
        return None
    return build_list_query(filter_, caller.known(), params.view)


def _page(
    db: apsw.Connection, caller: Caller, sought: ListQuery | None, after: tickets.Position, limit: int
) -> ticket_lists.Page:
    """A page; `walked` is where the next one begins."""
    outside = None if caller.is_staff else caller.known().user_id
    if sought is not None:
        page = ticket_lists.page(db, sought, after, limit + 1, outside=outside)
    elif outside is None:
        page = ticket_lists.Page(tickets.newest(db, after, limit + 1), None)
    else:
        page = ticket_lists.Page(tickets.newest_of(db, outside, after, limit + 1), None)
    if len(page.rows) <= limit:
        return page
    last = serializers.ticket(tickets.of_text(page.rows[limit - 1]), staff=caller.is_staff)
    return ticket_lists.Page(page.rows[:limit], tickets.Position(last.updated_at, last.ticket_id))


def _shown(row: str, *, staff: bool) -> bytes:
    return serializers.ticket(tickets.of_text(row), staff=staff).model_dump_json().encode()


def visible(db: apsw.Connection, caller: Caller, ticket_id: wire.TicketId) -> Ticket:
    """The ticket; raises `NotFound` also when the caller may not know that it exists."""
    ticket = tickets.find(db, ticket_id)
    if ticket is None or not caller.sees(ticket):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


def _create(transaction: SqliteUnitOfWork, caller: Caller, params: CreateTicket) -> Ticket:
    customer, filing, db = caller.known(), transaction.filing, transaction.unsettled
    made = client_tokens.find(db, customer.user_id, CREATE, params.client_token)
    if made is not None:
        return visible(transaction.connection, caller, wire.TicketId(made))
    change = commands.create(
        customer=customer,
        ticket_id=filing.next_id(),
        title=params.title,
        body=params.body,
        priority=params.priority,
        tags=params.tags,
        targets=filing.targets(),
        now=transaction.now,
        attachments=taken(db, caller, params.attachments),
    )
    transaction.apply(change, caller)
    client_tokens.add(db, customer.user_id, CREATE, params.client_token, change.ticket.ticket_id, transaction.now)
    drafts.sent(transaction, caller, None, wire.MessageKind.REPLY)
    return change.ticket
