"""Who may read the event stream."""

from __future__ import annotations

from hero_assistance_server.identity.permissions import KNOWN, Permission

EVENT_STREAM = Permission("event.stream", KNOWN)
