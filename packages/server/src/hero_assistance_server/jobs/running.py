"""Endless work that runs while a context is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

Work = Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(*works: Work) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """Run works while the context is open; the error of one, or of the context, ends all and comes out as it was."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(work)) for work in works]
            try:
                yield tasks
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as errors:
        # The log needs the reason, not which of the tasks it was.
        raise errors.exceptions[0] from None


async def _run(work: Work) -> None:
    await work()
