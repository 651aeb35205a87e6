"""Freeing the disk space of the start of a file while other processes append to it; offsets in the file stay.

Linux alone offers it (fallocate(2)), on ext4, xfs, btrfs, tmpfs and others.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

from hero_assistance_sdk.libc import check_result, find_function

_FALLOC_FL_KEEP_SIZE = 1
_FALLOC_FL_PUNCH_HOLE = 2
# Only whole blocks are freed, so the block that is being written is never touched; no file system has larger ones.
_BLOCK = 64 * 1024


def punch_hole(descriptor: int, length: int) -> None:
    """Free the blocks of the first `length` bytes; they read as zeros from then on. Raises `OSError`."""
    whole = length - length % _BLOCK
    if not whole:
        return
    if sys.platform != "linux":
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    fallocate = find_function("fallocate64", "fallocate")
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    check_result(fallocate(descriptor, _FALLOC_FL_PUNCH_HOLE | _FALLOC_FL_KEEP_SIZE, 0, whole))


def can_punch_holes(folder: Path) -> bool:
    """Whether the file system of a folder can free a part of a file; raises `OSError` when that cannot be tried."""
    path = folder / ".hole"
    with path.open("w+b") as file:
        path.unlink()
        file.truncate(_BLOCK)
        try:
            punch_hole(file.fileno(), _BLOCK)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.ENOSYS):
                return False
            raise
    return True
