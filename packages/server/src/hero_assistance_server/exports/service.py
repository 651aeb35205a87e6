"""Makes exports on request; the last one stays, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.exports.export import Exported, export_project
from hero_assistance_server.jobs.background_jobs import BackgroundJob
from hero_assistance_server.jobs.timestamped_names import TimestampedNames
from hero_assistance_server.storage.database_files import ProgressCallback
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.partial_folders import remove_partial_folders

STARTED = "export.started"

_NAMES = TimestampedNames("project-")

_log = get_log("exports")


@dataclass(frozen=True, slots=True)
class FinishedExport:
    """A whole export."""

    folder: Path
    made_at: datetime


class Exports(BackgroundJob):
    """Makes exports of one store into one folder, one at a time; `failure` is why the last one failed."""

    def __init__(self, storage: FileStorage, folder: Path, *, check: Callable[[], None] = lambda: None) -> None:
        """`check` is asked while one is written; what it raises ends it."""
        super().__init__("an export is being made", hint="export.get tells how far it is", check=check)
        self._storage = storage
        self.folder = folder
        self.failure: str | None = None

    def newest(self) -> FinishedExport | None:
        """Return the last whole export."""
        found = self._whole()
        return FinishedExport(found[-1], _NAMES.time_of(found[-1])) if found else None

    async def make(self, now: datetime) -> Exported:
        """Make one, which takes the place of those before it.

        Raises `Unavailable` while one is being made, `ExportFailed` with the old one untouched.
        """
        target = self.folder / _NAMES.name(now)

        def write(report: ProgressCallback) -> Exported:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            remove_partial_folders(self.folder, all_hidden=True)
            exported = export_project(self._storage.export_source, target, report)
            self._remove(path for path in self._whole() if path != target)
            return exported

        exported = await self.run(write, failed=self._note_failure)
        self.failure = None
        _log.info("export.made", folder=str(target), rows=sum(exported.rows.values()), files=exported.files)
        return exported

    def _whole(self) -> list[Path]:
        found = self.folder.glob(f"{_NAMES.prefix}*")
        return sorted(path for path in found if _NAMES.is_name(path) and path.is_dir() and not path.is_symlink())

    def _note_failure(self, error: HeroError) -> None:
        _log.error("export.failed", reason=error.reason, error=error.message, hint=error.hint or "")
        self.failure = error.line

    @staticmethod
    def _remove(folders: Iterable[Path]) -> None:
        for folder in list(folders):
            shutil.rmtree(folder)
