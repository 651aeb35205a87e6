"""What the outbox needs of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from hero_assistance_server.outbox.model import Delivery, DeliveryCount, DeliveryState, StoredDelivery


class OutboxRepository(Protocol):
    """The deliveries of all channels."""

    def add(self, delivery: Delivery, now: datetime) -> bool:
        """Add a delivery, and wake the sender after the commit; false where its key is known already."""
        ...

    def find(self, delivery_id: int) -> StoredDelivery | None:
        """Return one delivery, or `None`."""
        ...

    def next_due(self, channel: str) -> datetime | None:
        """Return when the next delivery of the channel that is not in flight is due, or `None`."""
        ...

    def lease(self, channel: str, now: datetime, until: datetime, limit: int) -> list[StoredDelivery]:
        """Begin an attempt of what is due, the longest overdue first: no other lease returns it before `until`."""
        ...

    def release_leases(self) -> int:
        """Make what was in flight when the last process ended due again; returns how many."""
        ...

    def finish(self, delivery_id: int, note: str, now: datetime) -> None:
        """Mark a delivery as sent."""
        ...

    def fail(self, delivery_id: int, error: str, now: datetime, retry_at: datetime | None) -> None:
        """End an attempt without success; without `retry_at` the delivery is dead."""
        ...

    def iterate_newest(self, channel: str | None, state: DeliveryState | None, before: int) -> Iterator[StoredDelivery]:
        """Yield the deliveries of a channel and a state (`None`: of each) with an id below `before`, newest first."""
        ...

    def retry(self, delivery_id: int, now: datetime) -> bool:
        """Make a waiting or dead delivery due now, with its attempts counted from zero; false where that cannot be."""
        ...

    def retry_dead(self, channel: str | None, now: datetime, limit: int) -> int:
        """Retry the oldest dead deliveries of a channel (`None`: of each); returns how many."""
        ...

    def hasten(self, channel: str, now: datetime) -> int:
        """Make due now what waits for another attempt on a channel, because what was in its way is gone; how many."""
        ...

    def drop(self, delivery_id: int, now: datetime) -> bool:
        """Drop a waiting or dead delivery; false where that cannot be."""
        ...

    def counts(self) -> list[DeliveryCount]:
        """Return how many deliveries each channel has in each state."""
        ...

    def prune(self, before: datetime, limit: int) -> int:
        """Delete deliveries that were sent or dropped before a time; returns how many."""
        ...
