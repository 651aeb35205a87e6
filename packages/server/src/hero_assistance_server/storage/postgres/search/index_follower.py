"""Keeps a node's search index up to date: event by event, and all tickets again where events are missing."""

from __future__ import annotations

import threading

import psycopg

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.database.timelines import count_left_out
from hero_assistance_server.storage.postgres.search.changed_tickets import list_changed
from hero_assistance_server.storage.postgres.search.index_file import IndexFile, IndexProgress
from hero_assistance_server.storage.sql.search.index_portions import make_older_rows
from hero_assistance_server.storage.sql.search.search_index import IndexRow, make_row
from hero_assistance_server.storage.sql.tickets import tickets

# Events of one transaction of the file.
EVENTS_PORTION = 200
# Portions; the rest is indexed while the server runs.
INDEXED_AT_START = 20
_RETRY_S = 1.0
_EVENTS = "SELECT seq, payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?"

_log = get_log("search")


class IndexFollower:
    """Reads events and tickets in a thread of its own; `want` says that there are more, `wait_for` waits for them."""

    def __init__(self, url: str, index: IndexFile, last_seq: Seq) -> None:
        self._url = url
        self._index = index
        self._changed = threading.Condition()
        self._wanted = last_seq
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="store-index")

    def catch_up(self, connection: PostgresConnection) -> None:
        """Index some portions before the thread starts: what a short absence left, or all of a small desk."""
        for _ in range(INDEXED_AT_START):
            if not self._has_work():
                return
            self._work(connection)
        _log.info("search.not-indexed-yet", tickets=self._index.progress.indexed_from - 1)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        self._thread.join()

    def want(self, seq: Seq) -> None:
        """Have the index follow the events up to a number, soon; any thread may."""
        with self._changed:
            if seq > self._wanted or self._index.is_damaged:
                self._wanted = max(seq, self._wanted)
                self._changed.notify_all()

    def wait_for(self, seq: Seq, timeout: float) -> bool:
        """Wait until the index follows the events up to a number; returns whether it does."""
        self.want(seq)
        with self._changed:
            return self._changed.wait_for(lambda: self._is_stopping or self._follows(seq), timeout)

    def _run(self) -> None:
        while not self._is_stopping:
            try:
                self._follow(PostgresConnection(self._url))
            except (psycopg.Error, StoreUnavailable) as error:
                _log.warning("search.not-indexed", error=error)
                self._pause()
            except Exception as error:  # noqa: BLE001
                # The outermost loop of the thread: without it, nothing new would be found any more.
                _log.error("search.not-indexed", exc_info=error)
                self._pause()

    def _pause(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_stopping, _RETRY_S)

    def _follow(self, connection: PostgresConnection) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_stopping or self._has_work())
                    if self._is_stopping:
                        return
                self._work(connection)
                with self._changed:
                    self._changed.notify_all()
        finally:
            connection.close()

    def _follows(self, seq: Seq) -> bool:
        return not self._index.is_damaged and self._index.progress.seq >= seq

    def _has_work(self) -> bool:
        progress = self._index.progress
        return self._index.is_damaged or progress.seq < self._wanted or progress.indexed_from > 1

    def _work(self, connection: PostgresConnection) -> None:
        """Do one portion, from one moment's state."""
        if self._index.is_damaged:
            _log.warning("search.index-damaged")
            self._index.make_again()
        connection.begin_reading()
        try:
            last = read_last_seq(connection)
            if last != self._index.progress.seq:
                self._follow_events(connection, last)
            # Also while others write without a pause, and there are always more events.
            if last == self._index.progress.seq and self._index.progress.indexed_from > 1:
                self._index_older(connection, self._index.progress)
        finally:
            connection.finish_reading()

    def _follow_events(self, connection: PostgresConnection, last: Seq) -> None:
        progress = self._index.progress
        events = list(connection.execute(_EVENTS, (progress.seq, EVENTS_PORTION)))
        until = Seq(events[-1][0]) if len(events) == EVENTS_PORTION else last
        missing = until - progress.seq - len(events)
        if progress.seq < 0 or (missing and missing != count_left_out(connection, progress.seq, until)):
            # The file is new, or what an event told was deleted: by its age, with a ticket or with a user.
            next_id = int(connection.execute("SELECT coalesce(max(ticket_id), 0) + 1 FROM tickets").get)
            self._index.begin_again(last, next_id)
            return
        self._index_changed(connection, [payload for _, payload in events], IndexProgress(until, progress.indexed_from))

    def _index_changed(self, connection: PostgresConnection, payloads: list[str], progress: IndexProgress) -> None:
        rows: list[IndexRow] = []
        gone: list[int] = []
        changed = list(map(TicketId, list_changed(payloads)))
        found = tickets.find_all(connection, changed)
        for ticket_id in changed:
            ticket = found.get(ticket_id)
            if ticket is None:
                gone.append(ticket_id)
            else:
                rows.append(make_row(connection, ticket))
        self._index.write(rows, gone, progress)

    def _index_older(self, connection: PostgresConnection, progress: IndexProgress) -> None:
        rows = list(make_older_rows(connection, progress.indexed_from))
        self._index.write_again(rows, IndexProgress(progress.seq, rows[-1][0] if rows else 1))
        if not rows:
            _log.info("search.indexed")
