"""Places for files on their way, so that one caller's slow downloads leave the others theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from weakref import WeakValueDictionary

import httpx2

from hero_assistance_sdk.errors import TooMany
from hero_assistance_sdk.refusals import RefusalKind

# A browser asks for six files of one host at once.
PLACES_PER_CALLER = 8
# A page full of pictures waits its turn; a caller whose places are all held for longer is told so.
WAIT_S = 30.0


class FilePlaces:
    """Lets each caller have so many files on their way at once; more wait for a while."""

    def __init__(self, each: int = PLACES_PER_CALLER, wait_s: float = WAIT_S) -> None:
        self._each = each
        self._wait_s = wait_s
        # A caller is remembered while a file is on its way, or waits to be.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def take(
        self, caller: str, opened: AbstractAsyncContextManager[httpx2.Response]
    ) -> AsyncIterator[httpx2.Response]:
        """Open a request to the ticket server once the caller has a place; raises `TooMany` after a while."""
        places = self._places.setdefault(caller, asyncio.Semaphore(self._each))
        try:
            async with asyncio.timeout(self._wait_s):
                await places.acquire()
        except TimeoutError:
            raise TooMany(
                f"{self._each} of your files are on their way already",
                hint="wait for one of them, or cancel it",
                kind=RefusalKind.UPLOADS_AT_ONCE,
            ) from None
        try:
            async with opened as answer:
                yield answer
        finally:
            places.release()
