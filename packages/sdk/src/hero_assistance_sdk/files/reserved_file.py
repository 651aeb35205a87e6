"""A file that can be replaced on a full disk as well: blocks for its next contents are kept in reserve.

`.<name>.reserve-<number>`, next to the file. Where the disk is full, one of them is written over and renamed, which
takes no new block and no new name.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from hero_assistance_sdk.files.allocation import allocate
from hero_assistance_sdk.files.durable_files import PRIVATE_FILE, sync_folder, write_atomic
from hero_assistance_sdk.os_errors import NO_SPACE

_BLOCK = 4096


class ReservedFile:
    """Replaces one file; `count` is how many times that can be done on a disk that stays full."""

    def __init__(self, path: Path, *, count: int) -> None:
        self._path = path
        self._reserves = [path.with_name(f".{path.name}.reserve-{number}") for number in range(1, count + 1)]

    def write(self, content: bytes) -> None:
        """Replace the file, as `write_atomic` does; raises `OSError`, on a full disk once the reserve is used up."""
        try:
            write_atomic(self._path, content)
        except OSError as error:
            if error.errno not in NO_SPACE or not self._write_to_reserve(content):
                raise
        self.fill()

    def fill(self) -> None:
        """Make what is missing of the reserve, where the disk has room for it."""
        with contextlib.suppress(OSError):
            # A content that grows a little still fits.
            size = (self._path.stat().st_size // _BLOCK + 2) * _BLOCK
            for reserve in self._reserves:
                _fill(reserve, size)

    def _write_to_reserve(self, content: bytes) -> bool:
        """Replace the file by the first reserve that is large enough; false without one. Raises `OSError`."""
        for reserve in self._reserves:
            if _read_size(reserve) >= len(content):
                with reserve.open("r+b", buffering=0) as file:
                    file.write(content)
                    file.truncate()
                    os.fsync(file.fileno())
                reserve.rename(self._path)
                sync_folder(self._path.parent)
                return True
        return False


def _fill(reserve: Path, size: int) -> None:
    before = _read_size(reserve)
    if before >= size:
        return
    descriptor = os.open(reserve, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        allocate(descriptor, size)
    except OSError:
        if not before:
            reserve.unlink()
        raise
    finally:
        os.close(descriptor)


def _read_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
