"""Puts a backup in the place of the data folder, in one step, and keeps what was there."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hero_assistance_sdk.durable_files import sync_folder
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive_reader import unpack_backup
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.storage.database_files import DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.folder_lock import locked_folder


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and the folder that has what was there before."""

    about: About
    previous: Path


def restore(database: DatabaseFiles, backup: Path, data: Path, now: datetime, report: ProgressCallback) -> Restored:
    """Replace the data folder by what is in a backup; killed anywhere, it is the one or the other.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, `BackupDamaged` or `RestoreFailed`; nothing has changed
    then.
    """
    if not backup.is_file():
        raise RestoreFailed(f"there is no backup {backup}")
    # The locks of both folders: a server that is started meanwhile finds either taken.
    with locked_folder(data):
        made = _new_folder(data)
        with locked_folder(made):
            about = _exchange(database, backup, data, made, report)
        previous = data.with_name(f"{data.name}.before-{now:%Y%m%dT%H%M%SZ}")
        made.rename(previous)
        sync_folder(data.parent)
    return Restored(about, previous)


def _exchange(database: DatabaseFiles, backup: Path, data: Path, made: Path, report: ProgressCallback) -> About:
    """Unpack the backup into `made` and let the two folders change places; until then nothing has changed."""
    new = made.stat().st_ino
    try:
        about = unpack_backup(database, backup, made, report)
        exchange(data, made)
    except BaseException as error:
        # Interrupted right behind the exchange, it is the data of before that has this name.
        if made.stat().st_ino == new:
            shutil.rmtree(made, ignore_errors=True)
        if isinstance(error, OSError):
            raise _failed(error) from error
        raise
    return about


def _new_folder(data: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=f".{data.name}.restore.", dir=data.parent))
    except OSError as error:
        raise _failed(error) from error


def _failed(error: OSError) -> RestoreFailed:
    return RestoreFailed("the backup cannot be put in place; nothing has changed", hint=str(error))
