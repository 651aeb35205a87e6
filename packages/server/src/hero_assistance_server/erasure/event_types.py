"""The events that erasures record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

TICKET_DELETED = EventType(
    EventKind("ticket.deleted"), "everybody who saw the ticket; `ticket` is null", record="`removed`"
)
USER_ERASED = EventType(
    EventKind("user.erased"), "agents, after a reset: everybody fetches what they hold", record="`user`"
)

EVENT_TYPES = (TICKET_DELETED, USER_ERASED)
