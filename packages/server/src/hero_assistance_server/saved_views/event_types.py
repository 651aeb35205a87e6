"""The events that saved views record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

VIEW_DELETED = EventType(EventKind("view.deleted"), "its owner; of a shared one, agents", record="`removed`")
VIEW_SAVED = EventType(EventKind("view.saved"), "its owner; of a shared one, agents", record="`view`")
VIEW_ORDERED = EventType(
    EventKind("view.ordered"), "the user who has ordered them", record="`view_order`", audited=False, personal=True
)

EVENT_TYPES = (
    VIEW_DELETED,
    VIEW_ORDERED,
    VIEW_SAVED,
)
