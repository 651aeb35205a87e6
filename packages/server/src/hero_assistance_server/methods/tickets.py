"""`ticket.*`: file, read and list tickets."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import NotFound, TooLarge, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import MethodTable, Params, Result
from hero_assistance_server.core import tickets as commands
from hero_assistance_server.core import views
from hero_assistance_server.core.model import Ticket
from hero_assistance_server.core.policy import Caller
from hero_assistance_server.methods.attachments import Attachments, taken
from hero_assistance_server.methods.cursors import cursor_of, position_of
from hero_assistance_server.methods.params import (
    CURSOR_LIMIT,
    PAGE_DEFAULT,
    PAGE_LIMIT,
    ClientToken,
    OptionalText,
    Tags,
    TicketParams,
    Title,
)
from hero_assistance_server.methods.scene import CAROLS_TICKET, NEW_TICKET, TICKET
from hero_assistance_server.methods.shown import ShownAnswers, ShownRows
from hero_assistance_server.store import events, settings, tickets, tokens
from hero_assistance_server.store.store import Store
from hero_assistance_server.store.transaction import Transaction

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


class ListTickets(Params):
    """Which page."""

    cursor: Annotated[
        Annotated[str, Field(max_length=CURSOR_LIMIT)] | None,
        Field(description="`next_cursor` of the page before; none for the first."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class TicketPage(Result):
    """Tickets by last activity, newest first; `seq` is the number of the last event that is in them."""

    tickets: list[wire.Ticket]
    next_cursor: str | None
    seq: wire.Seq


def add_methods(table: MethodTable[Caller], store: Store) -> None:
    """Register the methods."""
    rows = {staff: ShownRows(partial(_shown, staff=staff)) for staff in (True, False)}
    answers = ShownAnswers(store)

    @table.method(CREATE, errors=[Unauthenticated, NotFound, TooLarge, Unavailable], examples=[_CREATES])
    async def create(caller: Caller, params: CreateTicket) -> wire.Ticket:
        """File a ticket as its customer; the same `client_token` again answers with the ticket it made."""

        def command(transaction: Transaction) -> Ticket:
            return _create(transaction, caller, params)

        return views.ticket(await store.write(command), staff=caller.is_staff)

    @table.method("ticket.get", errors=[Unauthenticated, NotFound, Unavailable], examples=_GETS)
    async def get(caller: Caller, params: TicketParams) -> wire.Ticket:
        """Read one ticket."""
        ticket = await store.read(lambda db: visible(db, caller, params.ticket_id))
        return views.ticket(ticket, staff=caller.is_staff)

    @table.method("ticket.list", errors=[Unauthenticated, Unavailable], examples=_LISTS)
    async def list_(caller: Caller, params: ListTickets) -> Encoded[TicketPage]:
        """List tickets by last activity, newest first: an agent all of them, a customer their own.

        Continue with `next_cursor`; what happens meanwhile comes as events after the first page's `seq`.
        """
        whose = None if caller.is_staff else caller.known().user_id
        after = tickets.START if params.cursor is None else position_of(params.cursor)

        def query(db: apsw.Connection) -> tuple[list[str], wire.Seq]:
            if whose is None:
                found = tickets.newest(db, after, params.limit + 1)
            else:
                found = tickets.newest_of(db, whose, after, params.limit + 1)
            return found, events.last_seq(db)

        async def made() -> Encoded[TicketPage]:
            found, seq = await store.read(query)
            page = found[: params.limit]
            last = None if page == found else views.ticket(tickets.of_text(page[-1]), staff=caller.is_staff)
            cursor = None if last is None else cursor_of(last)
            return Encoded.of(TicketPage, tickets=rows[caller.is_staff].json_array(page), next_cursor=cursor, seq=seq)

        return await answers.answer((whose, params.cursor, params.limit), made)


def _shown(row: str, *, staff: bool) -> bytes:
    return views.ticket(tickets.of_text(row), staff=staff).model_dump_json().encode()


def visible(db: apsw.Connection, caller: Caller, ticket_id: wire.TicketId) -> Ticket:
    """The ticket; raises `NotFound` also when the caller may not know that it exists."""
    ticket = tickets.find(db, ticket_id)
    if ticket is None or not caller.sees(ticket):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket


def _create(transaction: Transaction, caller: Caller, params: CreateTicket) -> Ticket:
    db, customer = transaction.connection, caller.known()
    made = tokens.find(db, customer.user_id, CREATE, params.client_token)
    if made is not None:
        return visible(db, caller, wire.TicketId(made))
    change = commands.create(
        customer=customer,
        ticket_id=tickets.next_id(db),
        title=params.title,
        body=params.body,
        priority=params.priority,
        tags=params.tags,
        targets=settings.targets(db),
        now=transaction.now,
        attachments=taken(db, caller, params.attachments),
    )
    transaction.apply(change, caller)
    tokens.add(db, customer.user_id, CREATE, params.client_token, change.ticket.ticket_id)
    return change.ticket
