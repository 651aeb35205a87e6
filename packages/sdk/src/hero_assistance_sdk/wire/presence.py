"""Who is at a ticket right now: never stored, and told by lines of the stream that have no number."""

from __future__ import annotations

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import Level, Role, TicketId, UserId


class Present(Wire):
    """Somebody who looks at a ticket, or writes on it."""

    user_id: UserId
    name: str
    role: Role
    level: Level


class TicketPresence(Wire):
    """Everybody at a ticket, writers first; a customer is shown `viewing` of an agent who writes a note."""

    ticket_id: TicketId
    people: list[Present]


class PresenceChange(Wire):
    """What one person does at a ticket from now on; `level` is null when they have gone."""

    ticket_id: TicketId
    user_id: UserId
    name: str
    role: Role
    level: Level | None


class Connected(Wire):
    """The first event of a stream: its name, for `presence.beat`, and everybody at the tickets that its reader sees."""

    connection: str
    presence: list[TicketPresence]
