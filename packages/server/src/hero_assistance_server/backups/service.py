"""Makes backups into a folder that keeps the last ones, and notes why one failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hero_assistance_sdk.errors import Conflict, HeroError, TooOften
from hero_assistance_sdk.files.backup_files import FAILURE, PREFIX, list_backups, newest_backup
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive import write_backup
from hero_assistance_server.jobs.background_jobs import BackgroundJob
from hero_assistance_server.jobs.timestamped_names import TimestampedNames
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.database_files import DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.file_storage import FileStorage

NAMES = TimestampedNames(PREFIX, ".tar")

# From afar one is begun this long after the one before: each takes the place of the oldest that is kept.
FROM_AFAR = timedelta(hours=1)
# Of as many days the first one stays too, so that many backups of one day do not push out those of the days before.
DAYS_KEPT = 7
STARTED = "system.backup_started"
PG_DUMP = "pg_dump --format=custom --schema=hero_assistance --file=FILE --host=HOST --username=USER DATABASE"

_log = get_log("backups")


@dataclass(frozen=True, slots=True)
class FinishedBackup:
    """A whole backup in the folder."""

    name: str
    size: int
    made_at: datetime


class Backups(BackgroundJob):
    """Makes backups of one store into one folder, one at a time."""

    def __init__(self, storage: FileStorage, folder: Path, *, check: Callable[[], None] = lambda: None) -> None:
        """`check` is asked while one is written; what it raises ends it."""
        super().__init__("a backup is being made", hint="system.backup tells how far it is", check=check)
        self._storage = storage
        self.folder = folder
        self._begun_at: datetime | None = None

    @contextmanager
    def beginning_from_afar(self, now: datetime) -> Iterator[None]:
        """Do what `beginning` does for a caller who is not at this machine; raises `TooOften` soon after another."""
        self._check_interval(now)
        before, self._begun_at = self._begun_at, now
        try:
            with self.beginning():
                yield
        except BaseException:
            self._begun_at = before
            raise

    def _check_interval(self, now: datetime) -> None:
        last = self.newest()
        before = max(filter(None, (self._begun_at, last.made_at if last else None)), default=None)
        if before is not None and now - before < FROM_AFAR:
            raise TooOften(
                "the last backup was begun less than an hour ago",
                retry_after_s=(FROM_AFAR - (now - before)).total_seconds(),
                kind=RefusalKind.BACKUP_TOO_SOON,
            )

    def require_files(self) -> DatabaseFiles:
        """Return the database files that a backup copies; raises `Conflict` where the database is elsewhere."""
        if self._storage.database is None:
            raise Conflict(
                "this desk is in PostgreSQL, which has its own backups",
                hint=PG_DUMP,
                kind=RefusalKind.BACKUPS_OF_DATABASE,
            )
        return self._storage.database

    def list_kept(self) -> list[FinishedBackup]:
        """Return the whole backups of the folder, the newest first."""
        return [found for path in reversed(list_backups(self.folder)) if (found := _read_finished(path))]

    def newest(self) -> FinishedBackup | None:
        """Return the last backup that passed its check."""
        path = newest_backup(self.folder)
        return None if path is None else _read_finished(path)

    def failure(self) -> str | None:
        """Return why the last one failed, `None` when it did not."""
        try:
            return str(json.loads((self.folder / FAILURE).read_text())["error"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return f"{FAILURE} cannot be read; the log says why it failed"

    async def find_due_in(self, now: datetime) -> timedelta | None:
        """Return how long until the next one is due: zero or less when it is, `None` when none is wanted."""
        hours = (await self._read_settings()).backup_hours
        if not hours or self._storage.database is None:
            return None
        last = self.newest()
        return timedelta() if last is None else last.made_at + timedelta(hours=hours) - now

    async def make(self, now: datetime) -> About:
        """Make one and delete the oldest beyond the number to keep, but for the first ones of the last days.

        Raises `Unavailable` while one is being made, `Conflict` for a database elsewhere, `BackupFailed` with the old
        ones untouched.
        """
        database = self.require_files()

        def write(report: ProgressCallback) -> About:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = self.folder / NAMES.name(now)
            return write_backup(database, self._storage.folder, target, now, report)

        about = await self.run(write, failed=lambda error: self._note_failure(error, now))
        (self.folder / FAILURE).unlink(missing_ok=True)
        self._prune((await self._read_settings()).backups_kept)
        _log.info("backup.made", folder=str(self.folder), rows=sum(about.rows.values()), files=about.attachments)
        return about

    async def _read_settings(self) -> ProjectSettings:
        return await self._storage.read(lambda snapshot: snapshot.project.read())

    def _note_failure(self, error: HeroError, now: datetime) -> None:
        """Write it where `doctor` looks; a disk that takes not even this is found by `doctor` itself."""
        # It took no other's place: who has mended the cause begins the next one at once.
        self._begun_at = None
        _log.error("backup.failed", reason=error.reason, error=error.message, hint=error.hint or "")
        note = {"at": now.isoformat(), "error": error.line}
        try:
            write_atomic(self.folder / FAILURE, json.dumps(note).encode())
        except OSError as failed:
            _log.warning("backup.failure-not-noted", error=failed)

    def _prune(self, keep: int) -> None:
        for path in choose_old(list_backups(self.folder), keep):
            path.unlink()


def choose_old(paths: Sequence[Path], keep: int) -> list[Path]:
    """Return which of the backups, given from the oldest on, are deleted: those before the last `keep`.

    Of the last `keep` days with backups, seven at most, the first one stays.
    """
    first_of_day: dict[date, Path] = {}
    for path in paths:
        first_of_day.setdefault(NAMES.time_of(path).date(), path)
    days = set(list(first_of_day.values())[-min(keep, DAYS_KEPT) :])
    return [path for path in paths[:-keep] if path not in days]


def _read_finished(path: Path) -> FinishedBackup | None:
    """Return what a file says; `None` for one that is gone, since the oldest goes when another one is made."""
    try:
        return FinishedBackup(path.name, path.stat().st_size, NAMES.time_of(path))
    except FileNotFoundError:
        return None
