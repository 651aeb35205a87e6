"""The events that tickets record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

_ALL = "everybody who sees the ticket"

TICKET_CREATED = EventType(EventKind("ticket.created"), _ALL)
TICKET_UPDATED = EventType(EventKind("ticket.updated"), "agents; the others when what they are shown changed")
TICKET_MERGED = EventType(
    EventKind("ticket.merged"), _ALL, message="the text of the merged ticket, or null", changes_thread=True
)
TICKET_SPLIT = EventType(EventKind("ticket.split"), _ALL, changes_thread=True)
TICKET_SHOWN = EventType(EventKind("ticket.shown"), "the new collaborator", changes_thread=True, personal=True)
TICKET_HIDDEN = EventType(
    EventKind("ticket.hidden"),
    "the user who is no longer a collaborator; `ticket` is null",
    record="`removed`",
    personal=True,
)

EVENT_TYPES = (
    TICKET_CREATED,
    TICKET_UPDATED,
    TICKET_MERGED,
    TICKET_SPLIT,
    TICKET_SHOWN,
    TICKET_HIDDEN,
)
