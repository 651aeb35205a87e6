"""While the server runs: deletes unused files, makes backups and requested exports, checks the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.jobs.running import running
from hero_assistance_server.jobs.search_indexing import keep_index_complete
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.garbage_collection import delete_orphaned_files, delete_unused_uploads
from hero_assistance_server.storage.partial_folders import remove_partial_folders

SWEEP_EVERY = timedelta(hours=1)
# Not right at the start, which is busy, and so that repeated failed starts do not fill the disk.
BACKUP_AFTER = timedelta(minutes=10)
# The clock may be set, and a laptop sleeps: looked at again and again, a day is a day.
BACKUP_LOOK = timedelta(minutes=30)
# Right after the start, whose first answers come first. A check reads the whole database, so that what is suspected
# again and again is not checked as often.
CHECK_AFTER = timedelta(seconds=2)
CHECK_EVERY = timedelta(days=1)
CHECK_AT_MOST_EVERY = timedelta(hours=1)

_log = get_log("upkeep")


@asynccontextmanager
async def maintain(
    storage: FileStorage,
    backups: Backups,
    exports: Exports,
    *,
    sweep_every: timedelta = SWEEP_EVERY,
    backup_after: timedelta = BACKUP_AFTER,
    backup_look: timedelta = BACKUP_LOOK,
    check_after: timedelta = CHECK_AFTER,
) -> AsyncIterator[None]:
    """Maintain the storage while the context is open."""
    async with running(
        lambda: _remove_partial_folders(storage, [backups.folder, exports.folder]),
        lambda: storage.nodes.jobs.run("garbage-collection", partial(_collect_garbage, storage, sweep_every)),
        lambda: _back_up(storage, backups, backup_after, backup_look),
        lambda: _export(exports),
        lambda: keep_index_complete(storage),
        lambda: _check_integrity(storage, check_after),
    ):
        yield


async def _remove_partial_folders(storage: FileStorage, own: Sequence[Path]) -> None:
    """Remove what was left unfinished by what was killed: next to the data, and in the folders that are ours alone."""
    await storage.in_thread(remove_partial_folders, storage.folder.parent)
    for folder in own:
        await storage.in_thread(partial(remove_partial_folders, all_hidden=True), folder)


async def _collect_garbage(storage: FileStorage, every: timedelta) -> None:
    await _try("orphans", lambda: delete_orphaned_files(storage))
    while True:
        await _try("unused", lambda: delete_unused_uploads(storage))
        await asyncio.sleep(every.total_seconds())


async def _back_up(storage: FileStorage, backups: Backups, after: timedelta, look: timedelta) -> None:
    wait = after
    while True:
        requested = await backups.wait_for_request_within(wait)
        wait = look
        now = datetime.now(UTC)
        try:
            due = await backups.find_due_in(now)
            if requested or (due is not None and due <= timedelta()):
                await backups.make(now)
        except (HeroError, OSError) as error:
            # The reason is in the log already, and in the file that `doctor` reads.
            storage.damage.suspect()
            _log.warning("backup.not-made", error=error)


async def _export(exports: Exports) -> None:
    while True:
        await exports.wait_for_request()
        try:
            await exports.make(datetime.now(UTC))
        except (HeroError, OSError) as error:
            # `export.get` says why.
            _log.warning("export.not-made", error=error)


async def _check_integrity(storage: FileStorage, after: timedelta) -> None:
    is_suspected = await storage.damage.wait_for_suspicion_within(after.total_seconds())
    while True:
        await storage.check_integrity()
        if is_suspected:
            await asyncio.sleep(CHECK_AT_MOST_EVERY.total_seconds())
        is_suspected = await storage.damage.wait_for_suspicion_within(CHECK_EVERY.total_seconds())


async def _try(what: str, delete: Callable[[], Awaitable[int]]) -> None:
    """Delete once; a disk that fails now may be well the next time."""
    try:
        count = await delete()
    except (HeroError, OSError) as error:
        _log.warning("attachments.not-swept", what=what, error=error)
    else:
        if count:
            _log.info("attachments.swept", what=what, count=count)
