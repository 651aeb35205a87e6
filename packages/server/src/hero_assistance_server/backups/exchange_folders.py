"""Exchanges two folders in one step: by `renameat2` of Linux, or `renamex_np` of macOS; POSIX has no such call."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from hero_assistance_sdk.libc import check_result, find_function

# Linux: rename(2) and linux/fs.h.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
# macOS: renamex_np(2) and sys/stdio.h.
_RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders of one file system; raises `OSError` where that cannot be done."""
    first, second = os.fsencode(one), os.fsencode(other)
    if (renameat2 := find_function("renameat2")) is not None:
        result = renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
    elif (renamex_np := find_function("renamex_np")) is not None:
        result = renamex_np(first, second, _RENAME_SWAP)
    else:
        raise OSError(errno.ENOSYS, "this system cannot exchange two folders in one step", str(one))
    check_result(result, one)
