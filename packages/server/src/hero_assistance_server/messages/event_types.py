"""The events that messages record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

MESSAGE_REPLIED = EventType(EventKind("message.replied"), "everybody who sees the ticket", message="the reply")
MESSAGE_NOTED = EventType(EventKind("message.noted"), "agents", message="the note")
MESSAGE_EDITED = EventType(
    EventKind("message.edited"), "agents; of a reply, everybody who sees the ticket", message="the message"
)

EVENT_TYPES = (
    MESSAGE_REPLIED,
    MESSAGE_NOTED,
    MESSAGE_EDITED,
)
