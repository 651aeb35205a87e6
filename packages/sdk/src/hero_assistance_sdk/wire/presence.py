"""Wire types of presence: never stored, and sent as transient events."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import Level, Role, TicketId, UserId


class Present(Wire):
    """A user who looks at a ticket, or writes on it."""

    user_id: UserId
    name: str
    role: Role
    level: Level


class TicketPresence(Wire):
    """All users at a ticket, writers first; for customers, an agent who writes a note is `viewing`."""

    ticket_id: TicketId
    people: list[Present]


class PresenceChange(Wire):
    """What one user does at a ticket from now on; `level` is null when they have left."""

    ticket_id: TicketId
    user_id: UserId
    name: str
    role: Role
    level: Level | None


class Connected(Wire):
    """The first event of a stream: its name, for `presence.beat`, and the presence at all tickets its reader sees.

    `ping_s` says how often a `ping` comes while there is nothing else; servers of earlier releases do not say it.
    """

    connection: str
    presence: list[TicketPresence]
    ping_s: Annotated[int, Field(ge=1, le=60)] = 20
