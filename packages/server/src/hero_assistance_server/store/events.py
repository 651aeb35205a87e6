"""Rows of events: what was told to whom, in the order of its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import EventKind, Seq, UserId
from hero_assistance_server.core import views
from hero_assistance_server.core.model import Change, Message

_COLUMNS = "seq, kind, audience, payload, customer_payload"
_FOR_STAFF = f"SELECT {_COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_FOR_CUSTOMER = f"SELECT {_COLUMNS} FROM events WHERE audience = ? AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with the text that its readers get; `audience` is the customer who is told, if any."""

    seq: Seq
    kind: EventKind
    audience: UserId | None
    payload: str
    customer_payload: str | None

    @property
    def for_customer(self) -> str:
        """What the customer gets."""
        return self.payload if self.customer_payload is None else self.customer_payload


@dataclass(frozen=True, slots=True)
class Kept:
    """The numbers of the events that are in the table; `first` is `last + 1` when there are none."""

    first: Seq
    last: Seq


def kept(connection: apsw.Connection) -> Kept:
    """Which events can be replayed."""
    # Two questions: SQLite answers min and max in one only by reading every row.
    first = connection.execute("SELECT min(seq) FROM events").get
    last = last_seq(connection)
    return Kept(Seq(last + 1 if first is None else first), last)


def last_seq(connection: apsw.Connection) -> Seq:
    """The number of the last event, 0 before the first."""
    return Seq(connection.execute("SELECT coalesce(max(seq), 0) FROM events").get)


def add(connection: apsw.Connection, change: Change[Message | None], now: datetime) -> StoredEvent:
    """Write the change's event under the next number."""
    seq = Seq(last_seq(connection) + 1)
    customer = change.audience.customer
    payload = views.event(change, seq, staff=True).model_dump_json()
    shown = None if customer is None else views.event(change, seq, staff=False).model_dump_json()
    event = StoredEvent(seq, change.kind, customer, payload, None if shown == payload else shown)
    connection.execute(
        f"INSERT INTO events ({_COLUMNS}, ticket_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            seq,
            event.kind.value,
            customer,
            payload,
            event.customer_payload,
            change.ticket.ticket_id,
            views.millis(now),
        ),
    )
    return event


def after(connection: apsw.Connection, seq: Seq, limit: int, *, customer: UserId | None) -> list[StoredEvent]:
    """The events after `seq`: all of them, or those that `customer` may know of."""
    if customer is None:
        rows = connection.execute(_FOR_STAFF, (seq, limit))
    else:
        rows = connection.execute(_FOR_CUSTOMER, (customer, seq, limit))
    return [StoredEvent(row[0], EventKind(row[1]), *row[2:]) for row in rows]
