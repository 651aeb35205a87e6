"""Where a ticket is listed and counted: what the store keeps beside its row, so that lists never sort or scan."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hero_assistance_sdk.wire import Status, UserId
from hero_assistance_server.core.model import Ticket

# What still asks for somebody's attention; snoozed tickets have a list of their own.
ACTIVE = frozenset({Status.NEW, Status.OPEN, Status.WAITING})

# Scopes that are counted for everybody; those of people and tags are made by the functions below.
ALL = "all"
UNASSIGNED = "unassigned"


class Side(StrEnum):
    """Whose list it is: of somebody outside the team, or of an agent who takes part."""

    OUTSIDE = "outside"
    INSIDE = "inside"


class Place(NamedTuple):
    """A ticket's place in one person's list, ordered by its last activity as that person sees it."""

    user_id: UserId
    side: Side
    at: datetime


class Tally(NamedTuple):
    """One of the counters that a ticket adds 1 to."""

    scope: str
    status: Status


def assigned_to(user_id: UserId) -> str:
    """The scope of the tickets of an assignee."""
    return f"assignee:{user_id}"


def participated_by(user_id: UserId) -> str:
    """The scope of the tickets that an agent takes part in."""
    return f"participant:{user_id}"


def tagged(tag: str) -> str:
    """The scope of the tickets with a tag."""
    return f"tag:{tag}"


def places(ticket: Ticket | None) -> frozenset[Place]:
    """The places of a ticket: an agent's only while it is active, everybody else's for ever."""
    if ticket is None:
        return frozenset()
    outside = {Place(user, Side.OUTSIDE, ticket.public_updated_at) for user in ticket.people}
    inside = {Place(user, Side.INSIDE, ticket.updated_at) for user in ticket.participants}
    return frozenset(outside | inside) if ticket.status in ACTIVE else frozenset(outside)


def tallies(ticket: Ticket | None) -> frozenset[Tally]:
    """The counters that a ticket is in."""
    if ticket is None:
        return frozenset()
    scopes = [ALL, UNASSIGNED if ticket.assignee is None else assigned_to(ticket.assignee)]
    scopes += [participated_by(user) for user in ticket.participants]
    scopes += [tagged(tag) for tag in ticket.tags]
    return frozenset(Tally(scope, ticket.status) for scope in scopes)
