"""Has what is deleted overwritten with zeros."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def overwriting(connection: apsw.Connection) -> Iterator[None]:
    """Overwrite what is deleted: else it stays readable in the parts of the file that are free then."""
    before = connection.pragma("secure_delete", True)
    try:
        yield
    finally:
        connection.pragma("secure_delete", before)
