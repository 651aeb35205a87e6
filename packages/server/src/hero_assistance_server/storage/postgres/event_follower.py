"""The events that other nodes committed, published here in the order of their numbers.

A notice says only that there is something to read: what was missed is in the table. This node's own events are
published with their commit and not read, when none of another node is missing before them.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq, TicketId, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.errors import NodeOutdated, StoreUnavailable
from hero_assistance_server.storage.postgres.database.connection import BEGIN_READING, CHANNEL, PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.database.timelines import has_lost, note_loss
from hero_assistance_server.storage.sql.repositories import events

# A notice can be lost with a connection; the table is asked this often in any case.
POLL_S = 0.5
# How long a wait for a notice is, and with it the end of the thread.
_WAIT_S = 0.2
_PORTION = 500
_EVENTS = f"SELECT {events.COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_READERS = "SELECT seq, user_id FROM event_readers WHERE seq > ? AND seq <= ?"

_log = get_log("store")


@dataclass(frozen=True, slots=True)
class EventPortion:
    """Events behind a number, and how far the table was read; numbers between them have no event.

    There may be none: other nodes commit groups without one as well.
    """

    events: Sequence[StoredEvent]
    until: Seq


@dataclass(frozen=True, slots=True)
class Followed:
    """Of which node the others are followed, and what its writer shares with the follower.

    `look_at_access` reads who may come in, before events are delivered that tell of it. `outdate` is called when this
    node has to start again.
    """

    node_id: str
    commit_lock: threading.Lock
    look_at_access: Callable[[PostgresConnection], None]
    outdate: Callable[[NodeOutdated], None]


class EventFollower:
    """Reads in a thread of its own what is behind the last number, and gives it to `deliver`.

    It reads while it has `commit_lock`, which the writer has from a commit until it is delivered: so what both deliver
    is in the order of the numbers, and nothing is delivered twice.
    """

    def __init__(self, url: str, last_seq: Seq, followed: Followed, deliver: Callable[[EventPortion], None]) -> None:
        self._url = url
        self._last_seq = last_seq
        self._followed = followed
        self._commit_lock = followed.commit_lock
        self._deliver = deliver
        # Whether groups of other nodes may have been committed whose notices did not arrive.
        self._has_missed = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-follower")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def skip(self, after: Seq, until: Seq) -> bool:
        """Leave out what this node has just committed, with `commit_lock` held; it publishes that by itself.

        Returns false when events of other nodes are missing before it: then the follower brings it with them.
        """
        if self._last_seq != after:
            return False
        self._last_seq = until
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow(PostgresConnection(self._url))
            except NodeOutdated as error:
                self._followed.outdate(error)
                # Nothing more is delivered: it would be taken for what comes next.
                self._stopping.wait()
            except (psycopg.Error, StoreUnavailable) as error:
                _log.warning("store.follower-lost", error=error)
                self._stopping.wait(POLL_S)
            except Exception as error:  # noqa: BLE001
                # The outermost loop of the thread: without it, no event of another node would arrive any more.
                _log.error("store.follower-failed", exc_info=error)
                self._stopping.wait(POLL_S)
            self._has_missed = True

    def _follow(self, connection: PostgresConnection) -> None:
        """Listen first, then read: what is committed between the two is read, or told."""
        try:
            connection.listen(CHANNEL)
            self._require_same_past(connection)
            asked_at = -POLL_S
            while not self._stopping.is_set():
                heard = [text.split() for _, text in connection.wait_for_notices(_WAIT_S)]
                if any(node_id != self._followed.node_id for _, node_id in heard):
                    self._has_missed = True
                is_due = time.monotonic() - asked_at >= POLL_S
                if is_due or self._has_missed or any(self._is_missing(int(seq)) for seq, _ in heard):
                    asked_at = time.monotonic()
                    self._catch_up(connection)
        finally:
            connection.close()

    def _is_missing(self, seq: int) -> bool:
        """Whether an event has not been published; this node's own are, once their commit is delivered."""
        with self._commit_lock:
            return seq > self._last_seq

    def _catch_up(self, connection: PostgresConnection) -> None:
        more = True
        while more and not self._stopping.is_set():
            with self._commit_lock:
                portion = read_portion(connection, self._last_seq)
                more = len(portion.events) == _PORTION
                self._followed.look_at_access(connection)
                if portion.until > self._last_seq or self._has_missed:
                    self._deliver(portion)
                    self._last_seq = portion.until
                    self._has_missed = False

    def _require_same_past(self, connection: PostgresConnection) -> None:
        """Raise `NodeOutdated` when events were published that this primary, or a database put back, does not have."""
        with self._commit_lock:
            is_lost = has_lost(connection, self._last_seq)
        if is_lost:
            # A group that holds the lock which this waits for may itself wait for `commit_lock`.
            note_loss(connection)
            raise NodeOutdated(
                "the database was set back: it does not have the last changes that this server has shown",
                hint="a standby was promoted without them, or an older copy was put back; the server starts again",
            )


def read_portion(connection: PostgresConnection, after: Seq) -> EventPortion:
    """Read the next events behind a number, from one moment's state.

    Raises `psycopg.Error` when the connection was lost: one that is made again does not listen.
    """
    connection.execute(BEGIN_READING)
    try:
        rows = list(connection.execute(_EVENTS, (after, _PORTION)))
        until = rows[-1][0] if len(rows) == _PORTION else read_last_seq(connection)
        people: dict[int, set[UserId]] = defaultdict(set)
        for seq, user_id in connection.execute(_READERS, (after, until)):
            people[seq].add(user_id)
    finally:
        connection.finish_reading()
    return EventPortion([_to_event(row, frozenset(people[row[0]])) for row in rows], Seq(until))


def _to_event(row: Any, people: frozenset[UserId]) -> StoredEvent:
    event = events.decode_row(row)
    return replace(event, people=people, seen_by=_seen_by(event.payload))


def _seen_by(payload: str) -> tuple[TicketId, frozenset[UserId]] | None:
    """Return who sees an event's ticket now; whether others saw it before is not stored, and makes no difference."""
    ticket = json.loads(payload).get("ticket")
    if not isinstance(ticket, dict) or "collaborators" not in ticket:
        return None
    return TicketId(ticket["ticket_id"]), frozenset((ticket["customer"], *ticket["collaborators"]))
