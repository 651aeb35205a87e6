"""The lock on a data folder: one server at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance_server.storage.errors import DataInUse

FOLDER_MODE = 0o700


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Make the folder and hold its lock, which ends with the process in any case; raises `DataInUse`."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            raise DataInUse(
                f"process {holder} already serves {folder}", hint="stop it with: hero_assistance --stop"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)
