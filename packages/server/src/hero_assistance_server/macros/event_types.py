"""The events that macros record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

_OWNER = "its owner; of a shared one, agents"

MACRO_DELETED = EventType(EventKind("macro.deleted"), _OWNER, record="`removed`")
MACRO_SAVED = EventType(EventKind("macro.saved"), _OWNER, record="`macro`")

EVENT_TYPES = (
    MACRO_DELETED,
    MACRO_SAVED,
)
