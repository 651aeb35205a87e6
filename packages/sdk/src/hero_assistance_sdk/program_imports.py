"""The imports of a program that starts: what they make lives as long as the process, and none of it is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collections() -> Iterator[None]:
    """Look for no garbage while the block imports a program, nor later among what it has imported.

    Of the processor time until a daemon is imported, a tenth to a fifth went into collections that found nothing.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
