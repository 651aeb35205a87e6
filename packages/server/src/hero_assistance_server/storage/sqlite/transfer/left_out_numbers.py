"""Has events, tickets and messages of data that are put back get numbers that none of before had.

A client goes on from the event that it has. Had the data a past in which other events got the same numbers, it would
take the new ones for those that it knows, and miss them. An answer to a letter names its ticket: it must not arrive at
another one that was given the number of a ticket that is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import apsw

# Microseconds since 1970: no desk makes an event in each, so that the clock is ahead of every number that was given.
_NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000"
# For a clock that is behind.
_AT_LEAST = 2**32

# People read the numbers of tickets: those of a thousand, or of a month's tickets where those are more, are left out.
_LEAST_TICKETS = 1000
_OF_A_MONTH = "SELECT count(*) FROM tickets WHERE created_at > (SELECT max(created_at) FROM tickets) - 30 * 86400000"
_MESSAGES = 2**24
_LAST_IDS = """SELECT
    (SELECT coalesce(max(ticket_id), 0) FROM (
        SELECT ticket_id FROM tickets UNION ALL SELECT ticket_id FROM deleted_tickets)),
    (SELECT coalesce(max(message_id), 0) FROM (
        SELECT message_id FROM messages UNION ALL SELECT last_message_id FROM deleted_tickets))"""


@dataclass(frozen=True, slots=True)
class LastIds:
    """The last ids that a database gave, 0 before the first."""

    ticket_id: int = 0
    message_id: int = 0


def leave_out_event_numbers(connection: apsw.Connection) -> None:
    """Have the next event numbered by the clock; raises `apsw.Error`."""
    if not _has_table(connection, "sqlite_sequence"):
        # The first version, whose events no migration keeps.
        return
    last: int = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get or 0
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
    connection.execute(
        f"INSERT INTO sqlite_sequence (name, seq) VALUES ('events', max(?, {_NOW}))",  # noqa: S608
        (last + _AT_LEAST,),
    )


def read_last_ids(connection: apsw.Connection) -> LastIds:
    """Return the last ids; raises `apsw.Error`. A database from before tickets could be deleted tells none."""
    if not _has_table(connection, "deleted_tickets"):
        return LastIds()
    return LastIds(*connection.execute(_LAST_IDS).get)


def leave_out_lost_ids(connection: apsw.Connection, replaced: LastIds) -> None:
    """Have tickets and messages numbered as if those that are lost had been deleted; raises `apsw.Error`.

    `replaced` are the ids of the data that these are put in place of, where they are known: of the same desk, later. A
    database from before tickets could be deleted stays as it is.
    """
    if not _has_table(connection, "deleted_tickets"):
        return
    own = read_last_ids(connection)
    gap = max(_LEAST_TICKETS, connection.execute(_OF_A_MONTH).get)
    until = max(own.ticket_id, replaced.ticket_id) + gap
    connection.execute(
        "INSERT INTO deleted_tickets (ticket_id, last_message_id, deleted_at) VALUES (?, ?, unixepoch() * 1000)",
        (until + -until % _LEAST_TICKETS, max(own.message_id, replaced.message_id) + _MESSAGES),
    )


def _has_table(connection: apsw.Connection, name: str) -> bool:
    return bool(connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = ?", (name,)).get)
