"""The export that a server makes when it is asked for one: the last one is kept, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.exports.export import Exported, write_export
from hero_assistance_server.jobs.background_jobs import BackgroundJob, ProgressCallback
from hero_assistance_server.storage.file_storage import FileStorage

_PREFIX = "project-"
_STAMP = "%Y%m%dT%H%M%SZ"

_log = get_log("exports")


@dataclass(frozen=True, slots=True)
class KeptExport:
    """A whole export."""

    folder: Path
    made_at: datetime


class Exports(BackgroundJob):
    """Makes exports of one store into one folder, one at a time; `failure` is why the last one failed."""

    def __init__(self, storage: FileStorage, folder: Path) -> None:
        super().__init__("an export is being made", hint="export.get tells how far it is")
        self._storage = storage
        self.folder = folder
        self.failure: str | None = None

    def newest(self) -> KeptExport | None:
        """The last whole export."""
        found = sorted(self.folder.glob(f"{_PREFIX}*"))
        return KeptExport(found[-1], _made_at(found[-1])) if found else None

    async def make(self, now: datetime) -> Exported:
        """Make one, which takes the place of those before it.

        Raises `Unavailable` while one is being made, `ExportFailed` with the old one untouched.
        """
        target = self.folder / f"{_PREFIX}{now:{_STAMP}}"

        def made(told: ProgressCallback) -> Exported:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Halves of exports that were cut off with their server.
            self._remove(path for path in self.folder.iterdir() if path.name.startswith("."))
            exported = write_export(self._storage.folder, target, told)
            self._remove(path for path in self.folder.glob(f"{_PREFIX}*") if path != target)
            return exported

        exported = await self.run(made, failed=self._note_failure)
        self.failure = None
        _log.info("export.made", folder=str(target), rows=sum(exported.rows.values()), files=exported.files)
        return exported

    def _note_failure(self, error: HeroError) -> None:
        _log.error("export.failed", reason=error.reason, error=error.message, hint=error.hint or "")
        self.failure = error.line

    @staticmethod
    def _remove(folders: Iterable[Path]) -> None:
        for folder in list(folders):
            shutil.rmtree(folder)


def _made_at(folder: Path) -> datetime:
    return datetime.strptime(folder.name, f"{_PREFIX}{_STAMP}").replace(tzinfo=UTC)
