"""The events that ratings record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

RATING_SAVED = EventType(EventKind("rating.saved"), "everybody who sees the ticket", record="`rating`")

EVENT_TYPES = (RATING_SAVED,)
