"""Placeholders in texts that are written once and sent often: `{{customer.name}}` and its like."""

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
    """The names in a text's placeholders that nobody can fill in, in order."""
    return [name for name in dict.fromkeys(_PLACEHOLDER.findall(text)) if name not in KNOWN]


def render(text: str, ticket: Ticket, agent: User) -> str:
    """The text for a ticket; braces within what is filled in stay as they are."""
    return _PLACEHOLDER.sub(lambda found: KNOWN[found[1]](ticket, agent), text)
