"""Calls C functions that Python does not wrap, through ctypes.

Import this module only where a call is made: ctypes costs a program some milliseconds.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)


def find_function(*names: str) -> Any:
    """The first of these functions that this C library has, `None` when it has none of them."""
    return next((found for name in names if (found := getattr(_libc, name, None)) is not None), None)


def check_result(result: int, path: Path | None = None) -> int:
    """Return what a call of `find_function` returned; raises `OSError` with its errno when it failed."""
    if result >= 0:
        return result
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number), *([str(path)] if path else []))
