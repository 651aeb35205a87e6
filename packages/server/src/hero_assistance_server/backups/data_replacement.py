"""Puts new data in the place of the data folder, in one step, and keeps what was there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.storage.database_files import DatabaseFileError, DatabaseFiles, explain_failure
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.partial_folders import (
    find_previous_name,
    partial_folder,
    remove_partial_folders,
)

T = TypeVar("T")


def replace_data(database: DatabaseFiles, data: Path, now: datetime, fill: Callable[[Path], T]) -> tuple[T, Path]:
    """Have a new folder filled, and exchange the data folder for it; killed anywhere, it is the one or the other.

    Users who were signed in sign in again, and clients that have seen later events get a reset. Returns what `fill`
    returns, and the folder that has what was there before. Raises `DataInUse` while a server runs, `RestoreFailed`, or
    what `fill` raises; nothing has changed then.
    """
    # The locks of both folders: a server that is started meanwhile finds either taken.
    with locked_folder(data):
        remove_partial_folders(data.parent)
        with ExitStack() as stack:
            try:
                # Interrupted right behind the exchange, it is the data of before that has this name, which stays.
                made = stack.enter_context(partial_folder(data.parent, "restore"))
                with locked_folder(made):
                    filled = fill(made)
                    database.end_access(made / database.name)
                    database.leave_out_numbers(made / database.name, data / database.name)
                    exchange(data, made)
            except (OSError, DatabaseFileError) as error:
                reason, hint = explain_failure(error)
                told = f"{reason}; {hint}" if hint else reason
                raise RestoreFailed("the data cannot be put in place; nothing has changed", hint=told) from error
            previous = find_previous_name(data, now)
            made.rename(previous)
            sync_folder(data.parent)
    return filled, previous
