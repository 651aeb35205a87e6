"""What the server does by itself, at its start and then again and again, beside answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.store.store import Store
from hero_assistance_server.store.sweeping import sweep_orphans, sweep_unused

SWEEP_EVERY = timedelta(hours=1)

_log = get_log("upkeep")


@asynccontextmanager
async def upkeep(store: Store, *, sweep_every: timedelta = SWEEP_EVERY) -> AsyncIterator[None]:
    """Look after the store while the context is open."""
    async with _beside(lambda: _swept(store, sweep_every)):
        yield


async def _swept(store: Store, every: timedelta) -> None:
    await _tried("orphans", lambda: sweep_orphans(store))
    while True:
        await _tried("unused", lambda: sweep_unused(store))
        await asyncio.sleep(every.total_seconds())


async def _tried(what: str, sweep: Callable[[], Awaitable[int]]) -> None:
    """Sweep once; a disk that fails now may be well at the next turn."""
    try:
        count = await sweep()
    except (HeroError, OSError) as error:
        _log.warning("attachments.not-swept", what=what, error=error)
    else:
        if count:
            _log.info("attachments.swept", what=what, count=count)


@asynccontextmanager
async def _beside(*works: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run endless work while the context is open; its errors, and the context's own, come out as they are."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(work)) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as errors:
        # Who reads the log wants to know why, not in which of the tasks.
        raise errors.exceptions[0] from None


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
