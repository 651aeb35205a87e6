"""Puts a backup in the place of the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive_reader import unpack_backup
from hero_assistance_server.backups.data_replacement import replace_data
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.storage.database_files import DatabaseFiles, ProgressCallback


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and the folder that has what was there before."""

    about: About
    previous: Path


def restore(database: DatabaseFiles, backup: Path, data: Path, now: datetime, report: ProgressCallback) -> Restored:
    """Replace the data folder by what is in a backup, as `replace_data` does it.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, `BackupDamaged` or `RestoreFailed`; nothing has changed
    then.
    """
    if not backup.is_file():
        raise RestoreFailed(f"there is no backup {backup}")
    about, previous = replace_data(database, data, now, lambda made: unpack_backup(database, backup, made, report))
    return Restored(about, previous)
