"""How fast a server may send: as much as it likes for a while, and then as much as a reader can use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

# A long absence is made up for at once, up to this many events and bytes.
BURST_EVENTS = 1_000
BURST_BYTES = 16 * 1024 * 1024
# More than a team of people and programs does, and little enough for a page to draw.
EVENTS_PER_S = 100
BYTES_PER_S = 2 * 1024 * 1024


class Pace:
    """Two budgets, of events and of bytes, that fill up again with time; the clock is passed in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._filled_at = clock()
        self._events: float = BURST_EVENTS
        self._bytes: float = BURST_BYTES

    async def spend(self, events: int, size: int) -> None:
        """Count what has come, and wait until the budgets are paid for."""
        delay = self.charge(events, size)
        if delay > 0:
            await asyncio.sleep(delay)

    def charge(self, events: int, size: int) -> float:
        """Count what has come; the seconds until the budgets are paid for."""
        now = self._clock()
        passed, self._filled_at = now - self._filled_at, now
        self._events = min(BURST_EVENTS, self._events + passed * EVENTS_PER_S) - events
        self._bytes = min(BURST_BYTES, self._bytes + passed * BYTES_PER_S) - size
        return max(0.0, -self._events / EVENTS_PER_S, -self._bytes / BYTES_PER_S)
