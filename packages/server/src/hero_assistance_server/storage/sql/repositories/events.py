"""Events: what was sent to which audience, in the order of its number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from hero_assistance_sdk.size_limits import PAGE_BYTES
from hero_assistance_sdk.wire import EventKind, Seq, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.events.model import AnyChange, Reach
from hero_assistance_server.events.stored_event import LEFT_OUT, EventPage, EventRange, StoredEvent, TeamEvent
from hero_assistance_server.storage.sql.bulk_insert import Rows
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.tickets.sharing import HiddenField
from hero_assistance_server.timestamps import millis, time_of
from hero_assistance_server.users.model import User

# What `decode_row` takes.
COLUMNS = "events.seq, kind, reach, payload, customer_payload, hidden"
_INSERT = "INSERT INTO events (seq, kind, reach, payload, customer_payload, hidden, created_at) VALUES {rows}"
_INSERT_READER = "INSERT INTO event_readers (user_id, seq) VALUES {rows}"
_FOR_STAFF = f"""
    SELECT {COLUMNS} FROM events WHERE seq > :after AND (reach <> 'named' OR EXISTS (
        SELECT 1 FROM event_readers WHERE user_id = :user AND event_readers.seq = events.seq))
    ORDER BY seq LIMIT :limit"""  # noqa: S608
_FOR_TEAM = """
    SELECT seq, kind, payload, created_at FROM events WHERE seq > ? AND reach <> 'named' ORDER BY seq LIMIT ?"""
_AROUND = "SELECT (SELECT max(seq) FROM events WHERE seq <= ?1), (SELECT min(seq) FROM events WHERE seq > ?1)"
_FOR_CUSTOMER = f"""
    WITH mine (seq) AS (
        SELECT seq FROM event_readers WHERE user_id = :user AND seq > :after
        UNION SELECT seq FROM events WHERE reach = 'everyone' AND seq > :after
        ORDER BY seq LIMIT :limit)
    SELECT {COLUMNS} FROM mine CROSS JOIN events ON events.seq = mine.seq ORDER BY mine.seq"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SqlEvents:
    """Implements `EventRepository`."""

    session: StorageSession

    def stored_range(self) -> EventRange:
        """Return the first and the last number that are stored; an empty range when there is no event."""
        # Two questions: SQLite answers min and max in one only by reading every row.
        first, last = self.session.complete.execute("SELECT min(seq) FROM events").get, self.last_seq()
        return EventRange(Seq(last + 1 if first is None else first), last)

    def has_all_after(self, seq: int) -> bool:
        """Look whether the number is in the range, and not among those that a restore has left out."""
        stored = self.stored_range()
        if not stored.first - 1 <= seq <= stored.last:
            return False
        following = self.session.complete.execute("SELECT min(seq) FROM events WHERE seq >= ?", (seq,)).get
        return (stored.last if following is None else following) - seq < LEFT_OUT

    def last_seq(self) -> Seq:
        """Return the batch's last number; in a snapshot, that of the table."""
        batch = self.session.batch
        return Seq(self.session.last_id("events")) if batch is None else batch.last_seq

    def list_after(self, seq: Seq, limit: int, *, reader: User) -> EventPage:
        """Read a page of the events behind `seq`; a customer's are those that name them or reach everyone."""
        query = _FOR_STAFF if reader.is_staff else _FOR_CUSTOMER
        rows = self.session.complete.execute(query, {"after": seq, "user": reader.user_id, "limit": limit + 1})
        page = EventPage([], [], more=False)
        room = PAGE_BYTES
        for row in rows:
            event = decode_row(row)
            text = event.text_for(staff=reader.is_staff)
            room -= len(text.encode())
            if len(page.events) == limit or (room < 0 and page.events):
                return replace(page, more=True)
            page.events.append(event)
            page.texts.append(text)
        return page

    def find_end(self, after: Seq, limit: int) -> Seq | None:
        """Read the numbers alone."""
        query = "SELECT max(seq) FROM (SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?) AS portion"
        found: Seq | None = self.session.complete.execute(query, (after, limit)).get
        return found

    def list_for_team(self, seq: Seq, limit: int) -> list[TeamEvent]:
        """Read the events behind `seq` that reach the team or everybody."""
        rows = self.session.complete.execute(_FOR_TEAM, (seq, limit))
        return [TeamEvent(Seq(seq), EventKind(kind), payload, time_of(at)) for seq, kind, payload, at in rows]

    def prune(self, before: datetime, keep: int, limit: int) -> int:
        """Delete the first events that are old enough, and keep the last ones; returns how many."""
        connection = self.session.complete
        connection.execute(
            """DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq <= min(
                (SELECT coalesce(max(seq), 0) FROM events WHERE created_at < :before), :until)
                ORDER BY seq LIMIT :limit)""",
            {"before": millis(before), "until": self._number_before_last(keep), "limit": limit},
        )
        return connection.changes()

    def _number_before_last(self, keep: int) -> int:
        """Return a number behind which are the last `keep` events, or fewer where erasures have left gaps."""
        last = self.last_seq()
        while True:
            until = last - keep
            before, after = self.session.complete.execute(_AROUND, (until,)).get
            if before is None or until - before < LEFT_OUT:
                return until
            # The number is one that a restore has left out: go on in front of those.
            keep -= 0 if after is None else last - after + 1
            last = Seq(before)


def decode_row(row: Any) -> StoredEvent:
    """Return the event of a row, without its people."""
    seq, kind, reach, payload, customer_payload, hidden = row
    fields = cast(tuple[HiddenField, ...], tuple(hidden.split())) if hidden else ()
    return StoredEvent(Seq(seq), EventKind(kind), Reach(reach), payload, customer_payload, fields)


def add(rows: Rows, change: AnyChange, seq: Seq, now: datetime, encoder: Encoder) -> StoredEvent:
    """Have the change's event written with the batch, under this number."""
    reach, people = change.audience.reach, change.audience.people
    payload = encoder.event(change, seq, staff=True)
    customers, hidden = _for_customers(change, seq, encoder) if people or reach is Reach.EVERYONE else (None, ())
    event = StoredEvent(seq, change.kind.name, reach, payload, customers, hidden, people, _seen_by(change))
    rows.add(_INSERT, (seq, event.kind, reach.value, payload, customers, " ".join(hidden) or None, millis(now)))
    for user_id in sorted(people):
        rows.add(_INSERT_READER, (user_id, seq))
    return event


def _for_customers(change: AnyChange, seq: Seq, encoder: Encoder) -> tuple[str | None, tuple[HiddenField, ...]]:
    """Return the text that customers get, or what they are not shown of the team's text."""
    ticket = change.ticket
    # Of most tickets customers lack the tags alone: their text is made when it is read, and not stored again.
    if change.record is None and ticket is not None and serializers.is_shown_alike_but_for_sharing(ticket):
        return None, encoder.sharing().hidden_of(ticket)
    return encoder.event(change, seq, staff=False), ()


def _seen_by(change: AnyChange) -> tuple[TicketId, frozenset[UserId]] | None:
    ticket, before = change.ticket, change.before
    if ticket is None or before is None or ticket.people == before.people:
        return None
    return ticket.ticket_id, ticket.people
