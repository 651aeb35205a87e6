"""The events that canned replies record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

_OWNER = "its owner; of a shared one, agents"

CANNED_REPLY_DELETED = EventType(EventKind("canned_reply.deleted"), _OWNER, record="`removed`")
CANNED_REPLY_SAVED = EventType(EventKind("canned_reply.saved"), _OWNER, record="`canned_reply`")

EVENT_TYPES = (
    CANNED_REPLY_DELETED,
    CANNED_REPLY_SAVED,
)
