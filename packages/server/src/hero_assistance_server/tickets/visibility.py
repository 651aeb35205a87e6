"""Who sees a ticket, the one rule that RPC, HTTP, exports and mail ask; and where a merged ticket goes on."""

from __future__ import annotations

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.model import Ticket


def visible_ticket(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> Ticket:
    """Return the ticket; raises `NotFound` also when the caller may not know that it exists."""
    ticket = snapshot.tickets.find(ticket_id)
    if ticket is None or not caller.sees(ticket):
        raise NotFound(f"there is no ticket {ticket_id}", kind=RefusalKind.NO_TICKET, values={"ticket": ticket_id})
    return ticket


def follow_merges(snapshot: Snapshot, ticket: Ticket) -> Ticket:
    """Return the ticket that this one was merged into, and so on to the last; the ticket itself when it was not."""
    passed = {ticket.ticket_id}
    while ticket.merged_into is not None and ticket.merged_into not in passed:
        passed.add(ticket.merged_into)
        target = snapshot.tickets.find(ticket.merged_into)
        if target is None:
            return ticket
        ticket = target
    return ticket
