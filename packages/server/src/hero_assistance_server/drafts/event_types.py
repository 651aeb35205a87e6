"""The events that drafts record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

DRAFT_DELETED = EventType(EventKind("draft.deleted"), "its author", record="`removed`", audited=False, personal=True)
DRAFT_SAVED = EventType(EventKind("draft.saved"), "its author", record="`draft`", audited=False, personal=True)

EVENT_TYPES = (
    DRAFT_DELETED,
    DRAFT_SAVED,
)
