"""One action on many tickets: all or nothing for each of them, and a result for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, HeroError, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.errors import code_of
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.rpc.example_fixtures import TICKET
from hero_assistance_server.rpc.params import KnownTicketId
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import project
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.rpc import visible
from hero_assistance_server.tickets.ticket_update import update
from hero_assistance_server.tickets.update_rpc import TicketFields, patch_of

# What one transaction changes while others wait: some 50 ms.
MANY_LIMIT = 100

# What is done to one ticket; returns it as it is afterwards.
Work = Callable[[SqliteUnitOfWork, Ticket], Ticket]

_ABSENT = {"code": -32001, "reason": "not-found", "message": "there is no ticket 9", "hint": None}
_BULKS = Example(
    "An agent closes what is left",
    "bob",
    {"ticket_ids": [1, 9], "priority": "low"},
    {
        "results": [
            {"ticket_id": 1, "ticket": TICKET | {"priority": "low"}, "error": None},
            {"ticket_id": 9, "ticket": None, "error": _ABSENT},
        ]
    },
)


class ManyTickets(Params):
    """The tickets that an action is about; the same one twice counts once."""

    ticket_ids: Annotated[tuple[KnownTicketId, ...], Field(min_length=1, max_length=MANY_LIMIT)]


class BulkUpdate(TicketFields, ManyTickets):
    """What is to be set on each of them."""


class Failure(Result):
    """Why nothing was done to a ticket, as in a JSON-RPC error."""

    code: int
    reason: str
    message: str
    hint: str | None


class TicketResult(Result):
    """What became of one ticket: the ticket afterwards, or the error."""

    ticket_id: wire.TicketId
    ticket: wire.Ticket | None
    error: Failure | None


class Results(Result):
    """A result for each ticket, in the order in which they were named."""

    results: list[TicketResult]


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the method."""

    @table.method("ticket.bulk", allow=STAFF, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_BULKS])
    async def bulk(caller: Caller, params: BulkUpdate) -> Results:
        """Set fields of many tickets, as `ticket.update` does: all or nothing for each, and a result for each."""

        def work(transaction: SqliteUnitOfWork, ticket: Ticket) -> Ticket:
            return updated(transaction, caller, ticket, params)

        return await store.write(lambda t: on_each(t, caller, params.ticket_ids, work))


def on_each(transaction: SqliteUnitOfWork, caller: Caller, ticket_ids: Iterable[wire.TicketId], work: Work) -> Results:
    """Do the work on each ticket, in one transaction; one that fails leaves no trace and stops no other."""
    return Results(results=[_on_one(transaction, caller, ticket_id, work) for ticket_id in dict.fromkeys(ticket_ids)])


def updated(transaction: SqliteUnitOfWork, caller: Caller, ticket: Ticket, fields: TicketFields) -> Ticket:
    """The ticket with these fields set."""
    db = transaction.connection
    change = update(
        ticket=ticket,
        by=caller.known(),
        patch=patch_of(db, fields),
        targets=project.targets(db),
        now=transaction.now,
    )
    if change is None:
        return ticket
    transaction.apply(change, caller)
    return change.ticket


def _on_one(transaction: SqliteUnitOfWork, caller: Caller, ticket_id: wire.TicketId, work: Work) -> TicketResult:
    try:
        with transaction.part():
            ticket = work(transaction, visible(transaction.connection, caller, ticket_id))
    except Unavailable:
        raise
    except HeroError as error:
        failure = Failure(code=code_of(type(error)), reason=error.reason, message=error.message, hint=error.hint)
        return TicketResult(ticket_id=ticket_id, ticket=None, error=failure)
    return TicketResult(ticket_id=ticket_id, ticket=serializers.ticket(ticket, staff=caller.is_staff), error=None)
