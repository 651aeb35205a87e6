"""What the server does by itself, at its start and then again and again, beside answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.storage.garbage_collection import sweep_orphans, sweep_unused
from hero_assistance_server.storage.sqlite.store import Store

SWEEP_EVERY = timedelta(hours=1)
# A start has better things to do, and one that fails again and again must not fill a disk.
BACKUP_AFTER = timedelta(minutes=10)
# The clock may be set, and a laptop sleeps: looked at again and again, a day is a day.
BACKUP_LOOK = timedelta(minutes=30)

_log = get_log("upkeep")


@asynccontextmanager
async def upkeep(
    store: Store,
    backups: Backups,
    exports: Exports,
    *,
    sweep_every: timedelta = SWEEP_EVERY,
    backup_after: timedelta = BACKUP_AFTER,
    backup_look: timedelta = BACKUP_LOOK,
) -> AsyncIterator[None]:
    """Look after the store while the context is open."""
    async with _beside(
        lambda: _swept(store, sweep_every),
        lambda: _backed_up(backups, backup_after, backup_look),
        lambda: _exported(exports),
    ):
        yield


async def _swept(store: Store, every: timedelta) -> None:
    await _tried("orphans", lambda: sweep_orphans(store))
    while True:
        await _tried("unused", lambda: sweep_unused(store))
        await asyncio.sleep(every.total_seconds())


async def _backed_up(backups: Backups, after: timedelta, look: timedelta) -> None:
    wait = after
    while True:
        asked = await backups.asked_within(wait)
        wait = look
        now = datetime.now(UTC)
        try:
            due = await backups.due_in(now)
            if asked or (due is not None and due <= timedelta()):
                await backups.make(now)
        except (HeroError, OSError) as error:
            # Why is in the log already, and where `doctor` looks.
            _log.warning("backup.not-made", error=error)


async def _exported(exports: Exports) -> None:
    while True:
        await exports.asked()
        try:
            await exports.make(datetime.now(UTC))
        except (HeroError, OSError) as error:
            # Why is told by `export.get`.
            _log.warning("export.not-made", error=error)


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
