"""The tickets whose documents an event may change."""

from __future__ import annotations

import json
from collections.abc import Iterable


def list_changed(payloads: Iterable[str]) -> list[int]:
    """Return the ids of the tickets that events carry, in order: also of those that were deleted."""
    found: set[int] = set()
    for payload in payloads:
        event = json.loads(payload)
        for part in (event.get("ticket"), event.get("message")):
            if isinstance(part, dict) and "ticket_id" in part:
                found.add(part["ticket_id"])
        record = event.get("record")
        if isinstance(record, dict) and record.get("noun") == "removed" and record.get("of") == "ticket":
            found.add(int(record["key"]))
    return sorted(found)
