"""The transactions of one node: each is a group of commands, and follows those of the other nodes.

A group begins with a lock on the row that has the last event's number, and holds it until it is committed. So one group
after the other sees everything that was committed before it, the numbers of events, tickets and messages have the order
of the commits on all nodes, and no number is left out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.storage.postgres.database.connection import BEGIN_WRITING, CHANNEL, PostgresConnection
from hero_assistance_server.storage.postgres.database.errors import STORAGE_ERRORS, explain_error
from hero_assistance_server.storage.postgres.database.last_ids import LOCK_LAST_SEQ
from hero_assistance_server.storage.postgres.database.timelines import begin_timeline
from hero_assistance_server.storage.postgres.search.search_repository import NodeIndex
from hero_assistance_server.storage.postgres.session import PostgresSession
from hero_assistance_server.storage.postgres.write_path.unit_of_work import PostgresUnitOfWork
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.repositories.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sql.repositories.project import TICKET_SETTINGS
from hero_assistance_server.storage.sql.tickets.tickets import NEXT_ID
from hero_assistance_server.storage.sql.write_path.settings_cache import SettingsCache
from hero_assistance_server.storage.sql.write_path.write_batch import Reindexed, WriteBatch
from hero_assistance_server.storage.sql.write_path.writer import OutcomeUnknown
from hero_assistance_server.timestamps import millis

# How long a database that was lost in COMMIT is asked for; the callers of the group wait for twice as long.
OUTCOME_TIMEOUT_S = 5.0
_PAUSE_S = 0.1
# In one journey to the database, with what nearly every group asks for. Each statement sees what was committed while
# the lock was waited for.
_BEGIN_GROUP = f"{BEGIN_WRITING}; {LOCK_LAST_SEQ}; {NEXT_ID}; {TICKET_SETTINGS}"
# In one statement, with the rows that wait.
_NOTED = """numbered AS (UPDATE last_ids SET last_id = $1 WHERE name = 'events'),
    committed AS (INSERT INTO nodes (node_id, last_group, seen_at) VALUES ($2, $3, $4)
        ON CONFLICT (node_id) DO UPDATE SET last_group = excluded.last_group, seen_at = excluded.seen_at)"""
_NOTIFY = "SELECT pg_notify($5, $6)"

_log = get_log("store")


class PostgresGroups:
    """Implements `Groups`; `wake_sender` is called in the loop after a command that added to the outbox."""

    storage_errors: tuple[type[Exception], ...] = STORAGE_ERRORS

    def __init__(
        self,
        connection: PostgresConnection,
        clock: Callable[[], datetime],
        wake_sender: Callable[[], None],
        index: NodeIndex,
        node_id: str,
    ) -> None:
        self._writer = connection
        self.connection: Connection = connection
        self._clock = clock
        self._wake_sender = wake_sender
        self._index = index
        self._settings = SettingsCache(connection)
        self._authors = DraftAuthorCache(connection)
        # The connection whose timeline is known.
        self._timeline_of = 0
        # Of the last group: the connection that wrote it, and its last event. A draft that is saved makes an event.
        self._last_written: tuple[int, Seq] | None = None
        # Held from a commit until its outcome is delivered: what follows the event log waits for that.
        self.commit_lock = threading.Lock()
        # The numbers of the last events before the group that holds it, and at its end.
        self.committed: tuple[Seq, Seq] | None = None
        self._first_seq = Seq(0)
        self.node_id = node_id
        self._group = 0
        # The last one that was committed and delivered; `delivery_lock` is held meanwhile.
        self.delivered_group = 0
        self.delivery_lock = threading.Lock()
        self._committing_since: float | None = None

    @property
    def commit_seconds(self) -> float:
        """How long the commit takes that is under way, 0 without one; any thread may ask."""
        since = self._committing_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone, and could not be made again."""
        return self._writer.is_lost

    def begin(self) -> WriteBatch:
        """Wait for the groups of the other nodes; connects again when the connection was lost."""
        answers = self._writer.begin(_BEGIN_GROUP)
        while self._timeline_of != self._writer.number:
            self._writer.roll_back()
            # It may be another primary.
            begin_timeline(self._writer)
            self._timeline_of = self._writer.number
            answers = self._writer.begin(_BEGIN_GROUP)
        _, [(last,)], [(next_id,)], settings = answers
        self._settings.keep(settings)
        self._first_seq = last_seq = Seq(last)
        if (self._writer.number, last_seq) != self._last_written:
            self._authors.clear()
        self._group += 1
        return WriteBatch(self._writer, self._settings, last_seq, leave_to_nodes, TicketId(next_id))

    def commit(self, batch: WriteBatch) -> None:
        """Write what waits, tell the other nodes, and commit; then `commit_lock` is held.

        When the connection is lost in COMMIT, the table of nodes tells whether the group was committed.
        """
        with self._writer.gathered_inserts():
            batch.flush()
            seq = batch.last_seq
            noted = (seq, self.node_id, self._group, millis(self._clock()), CHANNEL, f"{seq} {self.node_id}")
            self._writer.execute_with_inserts(_NOTED, _NOTIFY, noted)
        self.commit_lock.acquire()
        try:
            self._commit()
        except BaseException:
            self.commit_lock.release()
            raise
        self.committed = (self._first_seq, seq)
        self._last_written = (self._writer.number, seq)

    def release(self) -> None:
        """Let go of `commit_lock`, if a commit holds it; called once its outcome is on its way."""
        if self.committed is not None:
            self.committed = None
            self.delivered_group = self._group
            self.commit_lock.release()

    def roll_back(self) -> None:
        """Roll back; a connection that cannot is closed, and the database undoes what was begun on it."""
        try:
            self._writer.roll_back()
        except psycopg.Error:
            self._writer.close()

    def open_unit(self, batch: WriteBatch, now: datetime) -> PostgresUnitOfWork:
        """Return the unit of work of one command."""
        return PostgresUnitOfWork(
            PostgresSession(self._writer, batch, self._index), batch, now, self._authors, self._wake_sender
        )

    def explain_error(self, error: psycopg.Error) -> tuple[str, str | None]:
        """Return what an error of PostgreSQL means."""
        return explain_error(error)

    def _commit(self) -> None:
        self._committing_since = time.monotonic()
        try:
            self._writer.execute("COMMIT")
        except psycopg.Error:
            if not (self._writer.is_lost and self._find_outcome()):
                raise
            _log.info("store.commit-found-after-lost-connection", group=self._group)
        finally:
            self._committing_since = None

    def _find_outcome(self) -> bool:
        """Return whether the group was committed; raises `OutcomeUnknown` when the database cannot be asked.

        It may be away, or a standby that is not promoted yet: any other error would have the group executed again.
        """
        deadline = time.monotonic() + OUTCOME_TIMEOUT_S
        while True:
            try:
                self._writer.reconnect()
                return self._was_committed()
            except psycopg.Error as error:
                if time.monotonic() > deadline:
                    raise OutcomeUnknown from error
            time.sleep(_PAUSE_S)

    def _was_committed(self) -> bool:
        """Ask on a new connection, behind the lock that the lost one may still hold.

        The end of the lock waits for a synchronous standby, as the lost COMMIT did: what is found may be there alone.
        """
        with self._writer.transaction():
            self._writer.execute(LOCK_LAST_SEQ)
            found = self._writer.execute("SELECT last_group FROM nodes WHERE node_id = ?", (self.node_id,)).get
        return bool(found == self._group)


def leave_to_nodes(_connection: Connection, _changed: Sequence[Reindexed]) -> None:
    """Write no search document: each node makes its own from the events."""
