"""The pauses of channels across nodes: a row for each channel, which the node that sends and who ends a pause write."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial

from hero_assistance_server.outbox.pause_exchange import PauseState
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

# The text of a notice is the id of the node that wrote.
CHANNEL = "hero_assistance_pauses"
_WRITE = """WITH written AS (INSERT INTO channel_pauses VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (channel) DO UPDATE SET fault = excluded.fault, hint = excluded.hint,
            until = excluded.until, faults = excluded.faults)
    SELECT pg_notify(?6, ?7)"""
_ALL = "SELECT channel, fault, hint, until, faults FROM channel_pauses"


class PauseTable:
    """Implements `PauseExchange`; what takes a connection is called by the one thread that has it.

    The last to write is right. What this node wrote is read again, since another one may have written at the same time.
    """

    def __init__(self, node_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self._node_id = node_id
        self._loop = loop
        self._lock = threading.Lock()
        self._unwritten: dict[str, PauseState] = {}
        self._show: Callable[[str, PauseState], None] | None = None
        self._is_wanted = False

    def share(self, channel: str, state: PauseState) -> None:
        """Note it for the next statement."""
        with self._lock:
            self._unwritten[channel] = state

    def follow(self, show: Callable[[str, PauseState], None]) -> None:
        """Show what is there soon."""
        self._show = show
        self.want()

    def want(self) -> None:
        """Have the table read soon."""
        self._is_wanted = True

    def begin(self, connection: PostgresConnection) -> None:
        """Listen on a new connection, and read what was missed without one."""
        connection.listen(CHANNEL)
        self.want()

    def work(self, connection: PostgresConnection) -> None:
        """Write what is to be written, and read what may be new; raises `psycopg.Error`, and then does so again."""
        with self._lock:
            unwritten = dict(self._unwritten)
        for channel, state in unwritten.items():
            values = (channel, state.fault, state.hint, state.until, state.faults, CHANNEL, self._node_id)
            connection.execute(_WRITE, values)
            with self._lock:
                if self._unwritten[channel] is state:
                    del self._unwritten[channel]
            self.want()
        if self._is_wanted and self._show is not None:
            self._is_wanted = False
            for channel, *values in connection.execute(_ALL):
                self._loop.call_soon_threadsafe(partial(self._call, channel, PauseState(*values)))

    def _call(self, channel: str, state: PauseState) -> None:
        """Show a pause, unless this node has changed it since: that is written and read soon."""
        if self._show is not None and channel not in self._unwritten:
            self._show(channel, state)
