"""Placeholders in the texts of canned replies and macros, such as `{{customer.name}}`."""

from __future__ import annotations

import re
from collections.abc import Callable

from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

KNOWN: dict[str, Callable[[Ticket, User], str]] = {
    "agent.name": lambda _ticket, agent: agent.name,
    "customer.name": lambda ticket, _agent: ticket.customer_name,
    "ticket.id": lambda ticket, _agent: str(ticket.ticket_id),
    "ticket.title": lambda ticket, _agent: ticket.title,
}
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown(text: str) -> list[str]:
    """Return the names of the unknown placeholders in a text, in order."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in KNOWN]


def render(text: str, ticket: Ticket, agent: User) -> str:
    """Return the text for a ticket; braces within the values stay as they are."""
    return _PLACEHOLDER.sub(lambda found: KNOWN[found[1]](ticket, agent), text)
