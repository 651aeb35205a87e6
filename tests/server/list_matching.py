"""Whether a ticket is in a list, told from the ticket alone: the indexes of a store must agree with it."""

from __future__ import annotations

from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.model import Ticket


def matches(ticket: Ticket, query: ListQuery) -> bool:
    """Return whether the ticket meets every condition of the query."""
    scopes = list_index.scopes(ticket)
    return (
        ticket.status in query.statuses
        and all(scopes & group for group in query.within)
        and not scopes & query.without
        and (query.since is None or ticket.created_at >= query.since)
        and (query.until is None or ticket.created_at < query.until)
    )
