"""Puts a backup in the place of the data folder, in one step, and keeps what was there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive_reader import unpack_backup
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.storage.database_files import DatabaseFiles, ProgressCallback, explain_failure
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.partial_folders import (
    find_previous_name,
    partial_folder,
    remove_partial_folders,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and the folder that has what was there before."""

    about: About
    previous: Path


def restore(database: DatabaseFiles, backup: Path, data: Path, now: datetime, report: ProgressCallback) -> Restored:
    """Replace the data folder by what is in a backup; killed anywhere, it is the one or the other.

    Users who were signed in when it was made sign in again, and clients that have seen later events get a reset.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, `BackupDamaged` or `RestoreFailed`; nothing has changed
    then.
    """
    if not backup.is_file():
        raise RestoreFailed(f"there is no backup {backup}")
    # The locks of both folders: a server that is started meanwhile finds either taken.
    with locked_folder(data):
        remove_partial_folders(data.parent)
        with ExitStack() as stack:
            try:
                # Interrupted right behind the exchange, it is the data of before that has this name, which stays.
                made = stack.enter_context(partial_folder(data.parent, "restore"))
                with locked_folder(made):
                    about = unpack_backup(database, backup, made, report)
                    database.end_access(made / database.name)
                    database.leave_out_numbers(made / database.name)
                    exchange(data, made)
            except OSError as error:
                reason, hint = explain_failure(error)
                told = f"{reason}; {hint}" if hint else reason
                raise RestoreFailed("the backup cannot be put in place; nothing has changed", hint=told) from error
            previous = find_previous_name(data, now)
            made.rename(previous)
            sync_folder(data.parent)
    return Restored(about, previous)
