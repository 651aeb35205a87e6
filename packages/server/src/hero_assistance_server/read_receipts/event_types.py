"""The events that read receipts record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

READ_MARKED = EventType(EventKind("read.marked"), "the user who has read", record="`read`", personal=True)

EVENT_TYPES = (READ_MARKED,)
