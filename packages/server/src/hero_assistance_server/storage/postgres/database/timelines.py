"""The timelines that the database was written on: one begins with each promotion, and with each database put back.

The new primary may lack what the old one acknowledged last. A node or a client that has seen those events would take
new ones with the same numbers for them. So the numbers leave out a range where a timeline begins, as after a restore:
who goes on from within it has seen what is lost.
"""

from __future__ import annotations

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import LOCK_LAST_SEQ
from hero_assistance_server.storage.postgres.database.old_primaries import READ_TIMELINE

_KNOWN = "SELECT timeline FROM timelines ORDER BY first_seq DESC LIMIT 1"
# As after an import: microseconds since 1970, which are ahead of every number that was given, on a clock that is right.
_NEXT = f"SELECT max(?1::bigint + {2**32}, {NOW} * 1000)"
_NOTE = "INSERT INTO timelines (first_seq, last_seq, timeline) VALUES (?, ?, ?)"
_LEAVE_OUT = "UPDATE last_ids SET last_id = ? WHERE name = 'events'"
_LOST = """SELECT count(*) FROM (SELECT last_seq, first_seq FROM timelines
    UNION ALL SELECT last_id, NULL FROM last_ids WHERE name = 'events') AS ends
    WHERE last_seq < ?1 AND coalesce(first_seq > ?1, TRUE)"""
_COUNT = "SELECT coalesce(sum(first_seq - last_seq), 0) FROM timelines WHERE last_seq >= ?1 AND first_seq <= ?2"
# The numbers of tickets that are lost name no other ones: an answer to a letter of one is to reach none of them. As
# after a restore, people see a gap.
_NOTE_LOSS = """UPDATE timelines SET has_lost = 1
    WHERE has_lost = 0 AND first_seq = (SELECT max(first_seq) FROM timelines)"""
_LEAVE_OUT_IDS = f"""INSERT INTO deleted_tickets (ticket_id, last_message_id, deleted_at)
    SELECT (max(ticket_id) / 1000 + 2) * 1000, max(message_id) + {2**24}, {NOW} FROM (
        SELECT coalesce(max(ticket_id), 0) AS ticket_id, 0 AS message_id FROM tickets
        UNION ALL SELECT 0, coalesce(max(message_id), 0) FROM messages
        UNION ALL SELECT ticket_id, last_message_id FROM deleted_tickets) AS ids"""  # noqa: S608

_log = get_log("store")


def begin_timeline(connection: PostgresConnection) -> None:
    """Note the timeline of a connection in a transaction of its own, where it is another one than that of before."""
    with connection.transaction():
        _note_current(connection)


def note_loss(connection: PostgresConnection) -> None:
    """Have new tickets and messages get no numbers that lost ones may have had, once for a timeline."""
    with connection.transaction():
        _note_current(connection)
        connection.execute(_NOTE_LOSS)
        if connection.changes():
            connection.execute(_LEAVE_OUT_IDS)


def has_lost(connection: PostgresConnection, seen: Seq) -> bool:
    """Whether an event that was seen is of a past which the database does not have."""
    return bool(connection.execute(_LOST, (seen,)).get)


def count_left_out(connection: PostgresConnection, after: Seq, until: Seq) -> int:
    """Return how many numbers between two were left out by timelines."""
    return int(connection.execute(_COUNT, (after, until)).get)


def _note_current(connection: PostgresConnection) -> None:
    last = Seq(connection.execute(LOCK_LAST_SEQ).get)
    # The identifier is that of the files: a dump that is put back has another one. A connection to a primary ends
    # before the timeline does.
    cluster, number = connection.execute(READ_TIMELINE).get
    current, known = f"{cluster} {number}", connection.execute(_KNOWN).get
    if current == known:
        return
    first = last if known is None else Seq(connection.execute(_NEXT, (last,)).get)
    connection.execute(_NOTE, (first, last, current))
    if first != last:
        connection.execute(_LEAVE_OUT, (first,))
        _log.warning("store.timeline-began", timeline=current, last_seq=last, first_seq=first)
