"""Opens the append-only audit trail for an erasure, and has what is deleted overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def changeable(connection: apsw.Connection) -> Iterator[None]:
    """Take the triggers off that refuse changes of the trail, and put them back; a rollback puts them back as well.

    Deleted rows are overwritten with zeros meanwhile.
    """
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    # Else what is deleted stays readable in the pages of the file that are free now.
    before = connection.pragma("secure_delete", True)
    try:
        yield
    finally:
        connection.pragma("secure_delete", before)
    for _, sql in triggers:
        connection.execute(str(sql))
