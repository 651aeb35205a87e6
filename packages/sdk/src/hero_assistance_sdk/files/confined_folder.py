"""Opens files below a folder by names that others chose: no name and no link leads out of it.

Every path is opened piece by piece below one descriptor (openat(2) with O_NOFOLLOW), so that a check of a name and
its use cannot come to mean two different files.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hero_assistance_sdk.files.durable_files import PRIVATE_FILE, PRIVATE_FOLDER

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO without a writer would hang its reader.
_OLD_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class ConfinedFolder:
    """A folder, by its descriptor; names are relative, such as `ab/cdef`. Every method raises `OSError`."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path
        """Where it was found, for messages."""

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[ConfinedFolder]:
        """Open the folder `path`, which may be a link: what an operator names is theirs to name."""
        descriptor = os.open(path, _FOLDER)
        try:
            yield cls(descriptor, path)
        finally:
            os.close(descriptor)

    @contextmanager
    def subfolder(self, name: str) -> Iterator[ConfinedFolder]:
        """Open a folder in it."""
        descriptor = self._open_folder(_split(name))
        try:
            yield ConfinedFolder(descriptor, self.path / name)
        finally:
            os.close(descriptor)

    def read(self, name: str) -> BinaryIO:
        """Open a regular file."""
        descriptor = self._open(name, _OLD_FILE)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "it is not a regular file", name)
        return os.fdopen(descriptor, "rb")

    def create(self, name: str) -> BinaryIO:
        """Create a file, for its owner alone, to write and read; an old one of this name is an error."""
        return os.fdopen(self._open(name, _NEW_FILE), "w+b")

    def make_folder(self, name: str) -> bool:
        """Make a folder, for its owner alone; false when it is there already."""
        with self._above(name) as (folder, last):
            try:
                os.mkdir(last, PRIVATE_FOLDER, dir_fd=folder)
            except FileExistsError:
                os.close(os.open(last, _FOLDER | os.O_NOFOLLOW, dir_fd=folder))
                return False
        return True

    def rename(self, name: str, target: str) -> None:
        """Give a file another name below this folder, in place of what had it."""
        with self._above(name) as (folder, last), self._above(target) as (target_folder, target_last):
            os.rename(last, target_last, src_dir_fd=folder, dst_dir_fd=target_folder)

    def unlink(self, name: str) -> None:
        """Delete a file, or a link itself."""
        with self._above(name) as (folder, last):
            os.unlink(last, dir_fd=folder)

    def names(self) -> list[str]:
        """Return the names in it, in order."""
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208 - a descriptor, no path

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of this name, which is no link."""
        with self._above(name) as (folder, last), contextlib.suppress(FileNotFoundError):
            return stat.S_ISDIR(os.stat(last, dir_fd=folder, follow_symlinks=False).st_mode)
        return False

    def sync(self, name: str = "") -> None:
        """Make the names in it durable, or those in a folder in it."""
        descriptor = self._open_folder(_split(name) if name else [])
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _open(self, name: str, flags: int) -> int:
        with self._above(name) as (folder, last):
            return os.open(last, flags, PRIVATE_FILE, dir_fd=folder)

    @contextmanager
    def _above(self, name: str) -> Iterator[tuple[int, str]]:
        """The descriptor of the folder that a name is in, and the last piece of the name."""
        *folders, last = _split(name)
        descriptor = self._open_folder(folders)
        try:
            yield descriptor, last
        finally:
            os.close(descriptor)

    def _open_folder(self, pieces: list[str]) -> int:
        descriptor = os.dup(self._descriptor)
        for piece in pieces:
            try:
                deeper = os.open(piece, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            finally:
                os.close(descriptor)
            descriptor = deeper
        return descriptor


def _split(name: str) -> list[str]:
    """The pieces of a name, each of which stays where it is; raises `OSError` for any other name."""
    pieces = name.split("/")
    if "\0" in name or not {"", ".", ".."}.isdisjoint(pieces):
        raise OSError(errno.EINVAL, "it is no name below this folder", name)
    return pieces
