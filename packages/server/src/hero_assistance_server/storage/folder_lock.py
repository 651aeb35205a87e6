"""The lock on a data folder: one server at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hero_assistance_sdk.files.data_folder import SERVER_LOCK
from hero_assistance_sdk.files.file_lock import LockHeld, lock_file
from hero_assistance_sdk.files.usable_folder import usable_folder
from hero_assistance_server.storage.errors import DataInUse

FOLDER_MODE = 0o700


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Make the folder and hold its lock, which ends with the process in any case.

    Raises `DataInUse` or `FolderUnusable`.
    """
    with ExitStack() as stack:
        try:
            with usable_folder(folder):
                folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
                stack.enter_context(lock_file(folder / SERVER_LOCK))
        except LockHeld as error:
            raise DataInUse(f"{error} already serves {folder}", hint="stop it with: hero_assistance --stop") from None
        yield
