"""What sends the deliveries of one kind."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_server.outbox.model import Outcome, StoredDelivery


class Channel(Protocol):
    """Sends the deliveries that have its name, at most `at_once` at the same time."""

    name: str
    at_once: int

    def is_ready(self) -> bool:
        """Whether it knows how to send; while it does not, deliveries wait and count no attempt."""
        ...

    async def deliver(self, delivery: StoredDelivery) -> Outcome:
        """Send one delivery and return what came of it; it bounds its own waiting."""
        ...
