"""Who sees a ticket: the one rule that RPC, HTTP, exports and mail ask."""

from __future__ import annotations

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.model import Ticket


def visible_ticket(snapshot: Snapshot, caller: Caller, ticket_id: TicketId) -> Ticket:
    """Return the ticket; raises `NotFound` also when the caller may not know that it exists."""
    ticket = snapshot.tickets.find(ticket_id)
    if ticket is None or not caller.sees(ticket):
        raise NotFound(f"there is no ticket {ticket_id}")
    return ticket
