"""The lists and counters of a ticket: the store keeps them next to its row, so that lists never sort or scan."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hero_assistance_sdk.wire import Priority, Status, UserId
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import DONE

# The statuses that need attention; snoozed tickets have a list of their own.
ACTIVE = frozenset({Status.NEW, Status.OPEN, Status.WAITING})

# Scopes that are counted for everybody; those of people, tags and priorities are made by the functions below.
ALL = "all"
UNASSIGNED = "unassigned"
MERGED = "merged"
# A first answer is promised, and was not given.
AWAITING = "awaiting"


class Place(NamedTuple):
    """A ticket's place in the list of somebody outside the team, by its last activity as that person sees it."""

    user_id: UserId
    at: datetime


def assigned_to(user_id: UserId) -> str:
    """The scope of the tickets of an assignee."""
    return f"assignee:{user_id}"


def participated_by(user_id: UserId) -> str:
    """The scope of the tickets that an agent takes part in."""
    return f"participant:{user_id}"


def filed_by(user_id: UserId) -> str:
    """The scope of the tickets of a customer, without those they collaborate on."""
    return f"customer:{user_id}"


def of_priority(priority: Priority) -> str:
    """The scope of the tickets of a priority."""
    return f"priority:{priority.value}"


def of_tag(tag: str) -> str:
    """The scope of the tickets with a tag."""
    return f"tag:{tag}"


def places(ticket: Ticket) -> frozenset[Place]:
    """The places of a ticket in the lists of those who see it from outside."""
    return frozenset(Place(user, ticket.public_updated_at) for user in ticket.people)


def scopes(ticket: Ticket) -> frozenset[str]:
    """Every scope in which the ticket is listed and counted by status."""
    return frozenset([*subjects(ticket), *map(participated_by, ticket.participants)])


def subjects(ticket: Ticket) -> list[str]:
    """The same without those who take part."""
    assignee = UNASSIGNED if ticket.assignee is None else assigned_to(ticket.assignee)
    merged = [] if ticket.merged_into is None else [MERGED]
    promised = ticket.first_response_due is not None and ticket.first_response_at is None
    awaiting = [AWAITING] if promised and ticket.status not in DONE else []
    of_all = [ALL, filed_by(ticket.customer), of_priority(ticket.priority), assignee]
    return [*of_all, *merged, *awaiting, *map(of_tag, ticket.tags)]
