"""What the outbox needs of the storage."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from hero_assistance_server.outbox.model import (
    Delivery,
    DeliveryCount,
    DeliveryState,
    PrunedCount,
    StoredDelivery,
)


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

    def begin(self, channel: str, now: datetime, limit: int) -> list[StoredDelivery]:
        """Begin an attempt of what is due, the longest overdue first; it is in flight until its outcome is written.

        However long that takes, it is not begun a second time.
        """
        ...

    def release_in_flight(self) -> int:
        """Make what was in flight when the last process ended due again; returns how many."""
        ...

    def release_forgotten(self, kept: Collection[int]) -> None:
        """Make due again what is in flight and not among these ids, with the attempt that never was not counted."""
        ...

    def finish(self, delivery_id: int, note: str, now: datetime) -> None:
        """Mark a delivery as sent."""
        ...

    def fail(
        self, delivery_id: int, error: str, now: datetime, retry_at: datetime | None, *, counts: bool = True
    ) -> None:
        """End an attempt without success; without `retry_at` the delivery is dead, without `counts` it was none."""
        ...

    def iterate_newest(self, channel: str | None, state: DeliveryState | None, before: int) -> Iterator[StoredDelivery]:
        """Yield the deliveries of a channel and a state (`None`: of each) with an id below `before`, newest first."""
        ...

    def retry(self, delivery_id: int, now: datetime) -> bool:
        """Make a waiting or dead delivery due before all others, with its attempts counted from zero.

        Returns false where that cannot be.
        """
        ...

    def retry_dead(self, channel: str | None, now: datetime, limit: int) -> int:
        """Retry the oldest dead deliveries of a channel (`None`: of each); returns how many."""
        ...

    def hasten(self, channel: str, target: str, now: datetime) -> int:
        """Make due now what waits for a target, because what was in its way is gone; returns how many."""
        ...

    def bring_forward(self, channel: str, latest: datetime, now: datetime) -> int:
        """Make due now what waits for later than `latest`; returns how many."""
        ...

    def drop(self, delivery_id: int, now: datetime) -> bool:
        """Drop a waiting or dead delivery; false where that cannot be."""
        ...

    def drop_all(self, channel: str, target: str, now: datetime) -> int:
        """Drop what is waiting or dead for a target that there is no more; returns how many."""
        ...

    def counts(self) -> list[DeliveryCount]:
        """Return how many deliveries each channel has in each state."""
        ...

    def prune(
        self, channel: str, state: DeliveryState, before: datetime, now: datetime, *, keep: int, limit: int
    ) -> int:
        """Delete what came into a final state before a time, and the oldest beyond `keep`; at most `limit` of each.

        Returns how many.
        """
        ...

    def count_pruned(self) -> list[PrunedCount]:
        """Return how many deliveries of each channel and state were pruned so far."""
        ...
