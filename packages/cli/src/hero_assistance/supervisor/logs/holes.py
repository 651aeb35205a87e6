"""Giving the disk back what lies at the start of a file; offsets in it stay, and so does whoever writes to it.

Linux alone offers it (fallocate(2)), on ext4, xfs, btrfs, tmpfs and others.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_FALLOC_FL_KEEP_SIZE = 1
_FALLOC_FL_PUNCH_HOLE = 2
# Only whole blocks are given back, so the one that is being written is never touched; none is larger than this.
_BLOCK = 64 * 1024


def give_back(descriptor: int, length: int) -> None:
    """Free the blocks of the first `length` bytes; they read as zeros from then on. Raises `OSError`."""
    whole = length - length % _BLOCK
    if not whole:
        return
    if sys.platform != "linux":
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    libc = ctypes.CDLL(None, use_errno=True)
    fallocate = getattr(libc, "fallocate64", None) or libc.fallocate
    fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if fallocate(descriptor, _FALLOC_FL_PUNCH_HOLE | _FALLOC_FL_KEEP_SIZE, 0, whole):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def can_give_back(folder: Path) -> bool:
    """Whether the file system of a folder offers it; raises `OSError` when that cannot be tried."""
    path = folder / ".hole"
    with path.open("w+b") as file:
        path.unlink()
        file.truncate(_BLOCK)
        try:
            give_back(file.fileno(), _BLOCK)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.ENOSYS):
                return False
            raise
    return True
