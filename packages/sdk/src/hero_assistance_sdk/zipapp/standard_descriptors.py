"""The descriptors 0, 1 and 2, which the caller of a program may have closed."""

from __future__ import annotations

import os


def open_standard_descriptors() -> None:
    """Open those that are closed, for nothing: the next file or socket would become one, and get what is printed."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free one, which is this one.
            os.open(os.devnull, os.O_RDWR)
