"""One counter of changes that tasks of this loop can wait on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Revision:
    """Announces that something changed; who waits looks for itself at what."""

    def __init__(self) -> None:
        self.revision = 0
        self._next = asyncio.Event()

    def announce(self) -> None:
        """Wake everyone who waits."""
        self.revision += 1
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once `condition` holds; it is asked again after every change."""
        while not condition():
            await self._next.wait()

    async def beyond(self, revision: int, timeout_s: float) -> None:
        """Return once the revision is greater than `revision`, or after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.until(lambda: self.revision > revision)
        except TimeoutError:
            return
