"""The events that project record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

PROJECT_UPDATED = EventType(
    EventKind("project.updated"), "agents; everybody when what they are shown changed", record="`project`"
)

EVENT_TYPES = (PROJECT_UPDATED,)
