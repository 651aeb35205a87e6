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
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.example_fixtures import TICKET, summary_of
from hero_assistance_server.rpc.params import KnownTicketId
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tickets.change_service import ChangedTicket, Work, change_each, update_ticket
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.update_rpc import NULLABLE, TicketFields, build_patch

# What one transaction changes while others wait: some 50 ms.
MANY_LIMIT = 100

_ABSENT = {
    "code": -32001,
    "reason": "not-found",
    "message": "there is no ticket 9",
    "hint": None,
    "kind": "no_ticket",
    "values": {"ticket": 9},
}
_BULKS = Example(
    "An agent closes what is left",
    "bob",
    {"ticket_ids": [1, 9], "priority": "low"},
    {
        "results": [
            {"ticket_id": 1, "ticket": summary_of(TICKET) | {"priority": "low"}, "error": None},
            {"ticket_id": 9, "ticket": None, "error": _ABSENT},
        ]
    },
)


class ManyTickets(Params):
    """The tickets to change; a repeated ticket counts once."""

    ticket_ids: Annotated[tuple[KnownTicketId, ...], Field(min_length=1, max_length=MANY_LIMIT)]


class BulkUpdate(TicketFields, ManyTickets):
    """What is to be set on each of them."""


class Failure(Result):
    """The reason why a ticket was not changed, as in a JSON-RPC error."""

    code: int
    reason: str
    message: str
    hint: str | None
    kind: str | None
    values: dict[str, str | int]


class TicketResult(Result):
    """What a list shows of the ticket afterwards, or the error."""

    ticket_id: wire.TicketId
    ticket: wire.TicketSummary | None
    error: Failure | None


class Results(Result):
    """A result for each ticket, in the order in which they were named."""

    results: list[TicketResult]


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method(
        "ticket.bulk", allow=STAFF, page=True, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_BULKS]
    )
    async def bulk(caller: Caller, params: BulkUpdate) -> Results:
        """Set fields of many tickets, as `ticket.update` does: all or nothing for each, and a result for each."""
        require_change("ticket.bulk", params, nullable=NULLABLE)

        def change(work: UnitOfWork, ticket: Ticket) -> Ticket:
            return update_ticket(work, caller, ticket, build_patch(work, params))

        return await storage.write(lambda work: on_each(work, caller, params.ticket_ids, change))


def on_each(
    work: Work, caller: Caller, ticket_ids: Iterable[wire.TicketId], change: Callable[[Work, Ticket], Ticket]
) -> Results:
    """Change each ticket, in one transaction; one that fails is left as it was, and does not stop the others."""
    outcomes = change_each(work, caller, ticket_ids, change)
    return Results(results=[_to_result(outcome, caller) for outcome in outcomes])


def _to_result(outcome: ChangedTicket, caller: Caller) -> TicketResult:
    error, ticket = outcome.error, outcome.ticket
    return TicketResult(
        ticket_id=outcome.ticket_id,
        ticket=None if ticket is None else serializers.ticket_summary(ticket, staff=caller.is_staff),
        error=None if error is None else _to_failure(error),
    )


def _to_failure(error: HeroError) -> Failure:
    return Failure(
        code=code_of(type(error)),
        reason=error.reason,
        message=error.message,
        hint=error.hint,
        kind=error.kind,
        values=dict(error.values),
    )
