"""What events need of the storage."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.stored_event import EventPage, EventRange, TeamEvent
from hero_assistance_server.users.model import User


class EventRepository(Protocol):
    """The events of a project; `UnitOfWork.apply` and `UnitOfWork.record_event` write them."""

    def stored_range(self) -> EventRange:
        """Return which events can be replayed."""
        ...

    def has_all_after(self, seq: int) -> bool:
        """Return whether no event after this number is missing.

        False also for a number that this server never gave, or gave before its data were restored from a time
        before that.
        """
        ...

    def last_seq(self) -> Seq:
        """Return the number of the last event there ever was, 0 before the first."""
        ...

    def list_after(self, seq: Seq, limit: int, *, reader: User) -> EventPage:
        """Return the events after `seq` that `reader` may know of, as many as fit into a page; at most `limit`."""
        ...

    def find_end(self, after: Seq, limit: int) -> Seq | None:
        """Return the number of the last of the next `limit` events after a number; `None` where there are none."""
        ...

    def list_for_team(self, seq: Seq, limit: int) -> list[TeamEvent]:
        """Return at most `limit` events after `seq` that are not for named users alone."""
        ...

    def prune(self, before: datetime, keep: int, limit: int) -> int:
        """Delete at most `limit` events that are older than `before` and not among the last `keep`.

        Returns how many. A reader that is further behind gets a reset.
        """
        ...
