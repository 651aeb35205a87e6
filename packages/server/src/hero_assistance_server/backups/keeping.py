"""The backups that a server makes by itself: a folder of the last ones, and what is known of one that failed."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hero_assistance_sdk.backups import FAILURE, NAME, PREFIX, newest_backup
from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.backups.archive import About, write_backup
from hero_assistance_server.store import settings
from hero_assistance_server.store.store import Store

_STAMP = "%Y%m%dT%H%M%SZ"

_log = get_log("backups")


class _Stopped(HeroError):
    """The server ends, and with it a backup that is being made."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backup is, in steps of no fixed size: first pages of the database, then files."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole backup in the folder."""

    name: str
    size: int
    made_at: datetime


class Backups:
    """Makes backups of one store into one folder, one at a time."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self.progress: Progress | None = None
        self._asked = asyncio.Event()

    def begin(self) -> None:
        """Ask for one now; whoever waits with `asked_within` makes it."""
        self._asked.set()

    @property
    def is_running(self) -> bool:
        """Whether one is being made, or about to be."""
        return self.progress is not None or self._asked.is_set()

    async def asked_within(self, time: timedelta) -> bool:
        """Wait until somebody asks for one; false when nobody does in that time."""
        try:
            async with asyncio.timeout(time.total_seconds()):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    def newest(self) -> Kept | None:
        """The last backup that stood its check."""
        path = newest_backup(self.folder)
        return None if path is None else Kept(path.name, path.stat().st_size, _made_at(path))

    def failure(self) -> str | None:
        """Why the last one failed, `None` when it did not."""
        try:
            return str(json.loads((self.folder / FAILURE).read_text())["error"])
        except FileNotFoundError:
            return None

    async def due_in(self, now: datetime) -> timedelta | None:
        """How long until the next one is due; zero or less when it is, `None` when none is wanted."""
        hours, _ = await self._store.read(settings.backups)
        if not hours:
            return None
        last = self.newest()
        return timedelta() if last is None else last.made_at + timedelta(hours=hours) - now

    async def make(self, now: datetime) -> About:
        """Make one and forget the oldest beyond those that are kept.

        Raises `Unavailable` while one is being made, `BackupFailed` with the old ones untouched.
        """
        if self.progress is not None:
            raise Unavailable("a backup is being made", hint="system.backup tells how far it is")
        self.progress = Progress()
        try:
            about = await self._in_thread(now)
        except HeroError as error:
            _log.error("backup.failed", reason=error.reason, error=error.message, hint=error.hint or "")
            self._note_failure(error, now)
            raise
        finally:
            self.progress = None
            self._asked.clear()
        (self.folder / FAILURE).unlink(missing_ok=True)
        _, keep = await self._store.read(settings.backups)
        self._prune(keep)
        _log.info("backup.made", folder=str(self.folder), rows=sum(about.rows.values()), files=about.attachments)
        return about

    async def _in_thread(self, now: datetime) -> About:
        """A thread cannot be cancelled: it is told to stop, and ends within one step."""
        stopping = threading.Event()

        def told(done: int, total: int) -> None:
            if stopping.is_set():
                raise _Stopped("the server stops")
            self.progress = Progress(done, total)

        def made() -> About:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return write_backup(self._store.folder, self.folder / f"{PREFIX}{now:{_STAMP}}.tar", now, told)

        work = asyncio.ensure_future(asyncio.to_thread(made))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stopping.set()
            await asyncio.wait([work])
            # It was told to fail; nobody needs to hear of it.
            work.exception()
            raise

    def _note_failure(self, error: HeroError, now: datetime) -> None:
        """Keep it where `doctor` looks; a disk that takes not even this is found by `doctor` itself."""
        note = {"at": now.isoformat(), "error": str(error).replace("\n  hint: ", ": ")}
        try:
            (self.folder / FAILURE).write_text(json.dumps(note))
        except OSError as failed:
            _log.warning("backup.failure-not-noted", error=failed)

    def _prune(self, keep: int) -> None:
        whole = sorted(path for path in self.folder.iterdir() if NAME.fullmatch(path.name))
        for path in whole[:-keep]:
            path.unlink()


def _made_at(path: Path) -> datetime:
    return datetime.strptime(path.name, f"{PREFIX}{_STAMP}.tar").replace(tzinfo=UTC)
