"""Exchanges two folders in one step, by Linux's `renameat2`; POSIX has no such call."""

from __future__ import annotations

import os
from pathlib import Path

from hero_assistance_sdk.libc import check_result, find_function

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders of one file system; raises `OSError` where that cannot be done."""
    renameat2 = find_function("renameat2")
    check_result(renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE), one)
