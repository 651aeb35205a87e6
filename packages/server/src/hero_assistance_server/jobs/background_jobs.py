"""Work of minutes: in a thread beside the loop, one at a time, asked for by somebody and watched by anybody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from hero_assistance_sdk.errors import HeroError, Unavailable

T = TypeVar("T")


# How much is done, and of how much; may raise to end the work.
ProgressCallback = Callable[[int, int], None]


class _Stopped(HeroError):
    """The server ends, and with it what is being made."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, in steps of no fixed size: first pages or tables of the database, then files."""

    done: int = 0
    total: int = 0


class BackgroundJob:
    """One kind of such work; `busy` is what a second one hears, and `hint` where to look."""

    def __init__(self, busy: str, hint: str) -> None:
        self._busy, self._hint = busy, hint
        self.progress: Progress | None = None
        self._asked = asyncio.Event()

    def begin(self) -> None:
        """Ask for it; whoever waits with `asked` or `asked_within` does it."""
        self._asked.set()

    @property
    def is_running(self) -> bool:
        """Whether it is being done, or about to be."""
        return self.progress is not None or self._asked.is_set()

    async def asked(self) -> None:
        """Wait until somebody asks for it."""
        await self._asked.wait()

    async def asked_within(self, time: timedelta) -> bool:
        """Wait until somebody asks for it; false when nobody does in that time."""
        try:
            async with asyncio.timeout(time.total_seconds()):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    async def run(self, work: Callable[[ProgressCallback], T], failed: Callable[[HeroError], None]) -> T:
        """Do it in a thread; raises what it raises, which `failed` hears first, and `Unavailable` while it is done.

        A thread cannot be cancelled: it is told to stop when it tells how far it is, and ends within one step.
        """
        if self.progress is not None:
            raise Unavailable(self._busy, hint=self._hint)
        self.progress = Progress()
        stopping = threading.Event()

        def told(done: int, total: int) -> None:
            if stopping.is_set():
                raise _Stopped("the server stops")
            self.progress = Progress(done, total)

        try:
            running = asyncio.ensure_future(asyncio.to_thread(work, told))
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                stopping.set()
                await asyncio.wait([running])
                # It was told to fail; nobody needs to hear of it.
                running.exception()
                raise
            except HeroError as error:
                failed(error)
                raise
        finally:
            self.progress = None
            self._asked.clear()
