"""The events that users record."""

from __future__ import annotations

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.events.event_type import EventType

_PERSON = "agents; of an agent, everybody; of a customer, also themselves and who shares a ticket with them"

USER_DEACTIVATED = EventType(EventKind("user.deactivated"), _PERSON, record="`user`")
USER_ENROLLED = EventType(EventKind("user.enrolled"), _PERSON, record="`user`")
USER_REACTIVATED = EventType(EventKind("user.reactivated"), _PERSON, record="`user`")
USER_UPDATED = EventType(EventKind("user.updated"), _PERSON, record="`user`")

EVENT_TYPES = (
    USER_DEACTIVATED,
    USER_ENROLLED,
    USER_REACTIVATED,
    USER_UPDATED,
)
