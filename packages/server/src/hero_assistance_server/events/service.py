"""Lists events for a reader that polls."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class EventPage:
    """The events that a reader gets, and the number to go on from; with `reset` it needs a snapshot first."""

    events: list[StoredEvent]
    seq: Seq
    reset: bool


def list_events(snapshot: Snapshot, reader: User, since: Seq, limit: int) -> EventPage:
    """Return the events after `since` that the reader may know of, at most `limit`."""
    stored = snapshot.events.stored_range()
    if not stored.has_all_after(since):
        return EventPage([], stored.last, reset=True)
    found = snapshot.events.list_after(since, limit, reader=reader)
    # What came after a page that is not full was for others.
    reached = found[-1].seq if len(found) == limit else stored.last
    return EventPage(found, reached, reset=False)
