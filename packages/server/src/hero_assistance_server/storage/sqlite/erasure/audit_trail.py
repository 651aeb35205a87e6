"""Opens the append-only audit trail for an erasure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def changeable(connection: apsw.Connection) -> Iterator[None]:
    """Take the triggers off that refuse changes of the trail, and put them back; a rollback puts them back as well."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.execute(str(sql))
