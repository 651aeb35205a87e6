"""Rows of events: what was told to whom, in the order of its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import EventKind, Seq, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.events.model import AnyChange, Reach
from hero_assistance_server.storage.sqlite.bulk_insert import Rows
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

_COLUMNS = "events.seq, kind, reach, payload, customer_payload"
_ADD = "INSERT INTO events (seq, kind, reach, payload, customer_payload, created_at) VALUES {rows}"
_ADD_READER = "INSERT INTO event_readers (user_id, seq) VALUES {rows}"
_FOR_STAFF = f"""
    SELECT {_COLUMNS} FROM events WHERE seq > :after AND (reach <> 'named' OR EXISTS (
        SELECT 1 FROM event_readers WHERE user_id = :user AND event_readers.seq = events.seq))
    ORDER BY seq LIMIT :limit"""  # noqa: S608
_FOR_CUSTOMER = f"""
    WITH mine (seq) AS (
        SELECT seq FROM event_readers WHERE user_id = :user AND seq > :after
        UNION SELECT seq FROM events WHERE reach = 'everyone' AND seq > :after
        ORDER BY seq LIMIT :limit)
    SELECT {_COLUMNS} FROM mine CROSS JOIN events ON events.seq = mine.seq ORDER BY mine.seq"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with the text that its readers get: everybody within `reach`, and `people`.

    `people` is known of an event that has just been made; one from the table was asked for by a reader.
    """

    seq: Seq
    kind: EventKind
    reach: Reach
    payload: str
    customer_payload: str | None
    people: frozenset[UserId] = frozenset()
    # Where other people see the ticket than before: who does now from outside the team.
    seen_by: tuple[TicketId, frozenset[UserId]] | None = None

    def text_for(self, *, staff: bool) -> str:
        """What an agent, or somebody outside the team, gets."""
        return self.payload if staff or self.customer_payload is None else self.customer_payload


@dataclass(frozen=True, slots=True)
class EventRange:
    """The numbers of the events that are in the table; `first` is `last + 1` when there are none."""

    first: Seq
    last: Seq


def kept(connection: apsw.Connection) -> EventRange:
    """Which events can be replayed."""
    # Two questions: SQLite answers min and max in one only by reading every row.
    first = connection.execute("SELECT min(seq) FROM events").get
    last = last_seq(connection)
    return EventRange(Seq(last + 1 if first is None else first), last)


def last_seq(connection: apsw.Connection) -> Seq:
    """The number of the last event there ever was, 0 before the first."""
    return Seq(connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get or 0)


def add(rows: Rows, change: AnyChange, seq: Seq, now: datetime, encoder: Encoder) -> StoredEvent:
    """Have the change's event written under this number."""
    reach, people, ticket = change.audience.reach, change.audience.people, change.ticket
    payload = encoder.event(change, seq, staff=True)
    alike = change.record is None and ticket is not None and serializers.is_shown_alike(ticket)
    differs = (people or reach is Reach.EVERYONE) and not alike
    customers = encoder.event(change, seq, staff=False) if differs else None
    event = StoredEvent(seq, change.kind.name, reach, payload, customers, people, _seen_by(change))
    rows.add(_ADD, (seq, event.kind, reach.value, payload, event.customer_payload, millis(now)))
    for user_id in sorted(people):
        rows.add(_ADD_READER, (user_id, seq))
    return event


def after(connection: apsw.Connection, seq: Seq, limit: int, *, reader: User) -> list[StoredEvent]:
    """The events after `seq` that `reader` may know of, at most `limit`."""
    query = _FOR_STAFF if reader.is_staff else _FOR_CUSTOMER
    rows = connection.execute(query, {"after": seq, "user": reader.user_id, "limit": limit})
    return [StoredEvent(row[0], EventKind(row[1]), Reach(row[2]), row[3], row[4]) for row in rows]


def prune(connection: apsw.Connection, before: datetime, keep: int, limit: int) -> int:
    """Take out at most `limit` events that are older than `before` and not among the last `keep`; returns how many.

    A reader that is further behind gets a reset.
    """
    connection.execute(
        """DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq <= min(
            (SELECT coalesce(max(seq), 0) FROM events WHERE created_at < :before), :last - :keep)
            ORDER BY seq LIMIT :limit)""",
        {"before": millis(before), "last": last_seq(connection), "keep": keep, "limit": limit},
    )
    return connection.changes()


def _seen_by(change: AnyChange) -> tuple[TicketId, frozenset[UserId]] | None:
    ticket, before = change.ticket, change.before
    if ticket is None or before is None or ticket.people == before.people:
        return None
    return ticket.ticket_id, ticket.people
