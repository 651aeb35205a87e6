"""Has the events of data that are put back numbers that no event ever had.

A client goes on from the number that it has. Had the data a past in which other events got the same numbers, it would
take the new ones for those that it knows, and miss them.
"""

from __future__ import annotations

import apsw

# Microseconds since 1970: no desk makes an event in each, so that the clock is ahead of every number that was given.
_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000"
# For a clock that is behind.
_AT_LEAST = 2**32


def leave_out_numbers(connection: apsw.Connection) -> None:
    """Have the next event numbered by the clock; raises `apsw.Error`."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get:
        # The first version, whose events no migration keeps.
        return
    last: int = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get or 0
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
    connection.execute(
        f"INSERT INTO sqlite_sequence (name, seq) VALUES ('events', max(?, {_NOW}))",  # noqa: S608
        (last + _AT_LEAST,),
    )
