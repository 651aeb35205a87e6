"""Tells the filer that a mail waits."""

from __future__ import annotations

import asyncio


class ArrivalSignal:
    """Set after each commit that lets a mail wait; the filer waits for it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake the filer."""
        self._event.set()

    def clear(self) -> None:
        """Forget what was set so far; called before a look at the storage."""
        self._event.clear()

    async def wait(self, timeout_s: float) -> None:
        """Wait until it is set, or for so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return
