"""A counter of changes that tasks of this loop can wait on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Revision:
    """Counts changes and wakes the tasks that wait; each of them checks for itself what changed."""

    def __init__(self) -> None:
        self.number = 0
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Count a change and wake every task that waits."""
        self.number += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return once `condition` holds; checks it again after every change."""
        while not condition():
            await self._next.wait()

    async def wait_beyond(self, number: int, timeout_s: float) -> None:
        """Return once the number is greater than `number`, or after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.wait_until(lambda: self.number > number)
        except TimeoutError:
            return
