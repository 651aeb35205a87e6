"""Lists events for a reader that polls."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class EventsSince:
    """The texts of the events that a reader gets, and where to go on from; with `reset` it needs a snapshot first."""

    texts: list[str]
    seq: Seq
    reset: bool


def list_events(snapshot: Snapshot, reader: User, since: Seq, limit: int) -> EventsSince:
    """Return the events after `since` that the reader may know of, at most `limit`."""
    last = snapshot.events.last_seq()
    if not snapshot.events.has_all_after(since):
        return EventsSince([], last, reset=True)
    page = snapshot.events.list_after(since, limit, reader=reader)
    # What came after the last page was for others.
    reached = page.events[-1].seq if page.more else last
    return EventsSince(page.texts, reached, reset=False)
