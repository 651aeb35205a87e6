"""Work of minutes: in a thread next to the loop, one at a time, with progress that callers read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_server.storage.database_files import ProgressCallback

T = TypeVar("T")


class _Stopped(HeroError):
    """The server stops, and with it the work."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, in steps of no fixed size: first pages or tables of the database, then files."""

    done: int = 0
    total: int = 0


class BackgroundJob:
    """One kind of such work; `busy` is the error of a second run, and `hint` says where to look.

    `check` is asked at each report of progress, in the thread; what it raises ends the work.
    """

    def __init__(self, busy: str, hint: str, *, check: Callable[[], None] = lambda: None) -> None:
        self._busy, self._hint, self._check = busy, hint, check
        self.progress: Progress | None = None
        self._requested = asyncio.Event()
        self._is_announced = False

    def begin(self) -> None:
        """Request the work; the task that waits with `wait_for_request` or `wait_for_request_within` does it."""
        self._requested.set()

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """Request the work at the end of the context, which records who wants it; where it raises, nothing is begun.

        The job counts as running meanwhile: two callers do not begin it at once.
        """
        self._is_announced = True
        try:
            yield
            self.begin()
        finally:
            self._is_announced = False

    @property
    def is_running(self) -> bool:
        """Whether it runs, or is about to."""
        return self.progress is not None or self._is_announced or self._requested.is_set()

    async def wait_for_request(self) -> None:
        """Wait for a request."""
        await self._requested.wait()

    async def wait_for_request_within(self, time: timedelta) -> bool:
        """Wait for a request; returns false when there is none in that time."""
        try:
            async with asyncio.timeout(time.total_seconds()):
                await self._requested.wait()
        except TimeoutError:
            return False
        return True

    async def run(self, work: Callable[[ProgressCallback], T], failed: Callable[[HeroError], None]) -> T:
        """Run it in a thread; raises what it raises, after calling `failed`, and `Unavailable` while it runs.

        A thread cannot be cancelled: its next report of progress raises, so that it ends within one step.
        """
        if self.progress is not None:
            raise Unavailable(self._busy, hint=self._hint)
        self.progress = Progress()
        stopping = threading.Event()

        def report(done: int, total: int) -> None:
            if stopping.is_set():
                raise _Stopped("the server stops")
            self._check()
            self.progress = Progress(done, total)

        try:
            running = asyncio.ensure_future(asyncio.to_thread(work, report))
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                stopping.set()
                await asyncio.wait([running])
                # It was made to fail: the error is no news.
                running.exception()
                raise
            except HeroError as error:
                failed(error)
                raise
        finally:
            self.progress = None
            self._requested.clear()
