"""Tells the filer that a mail waits."""

from __future__ import annotations

import asyncio

from hero_assistance_server.jobs.signals import NoSignals, Signals

_NAME = "mail-arrivals"


class ArrivalSignal:
    """Set after each commit that lets a mail wait; the filer waits for it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._signals: Signals = NoSignals()

    def join(self, signals: Signals) -> None:
        """Wake the filer of another node as well, and be woken by it."""
        self._signals = signals
        signals.follow(_NAME, self._event.set)

    def set(self) -> None:
        """Wake the filer."""
        self._event.set()
        self._signals.send(_NAME)

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
