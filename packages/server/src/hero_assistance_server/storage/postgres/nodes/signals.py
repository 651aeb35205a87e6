"""Signals between nodes as notices: each has the names of what is to look, and the node that sent it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable

from hero_assistance_server.storage.postgres.database.connection import PostgresConnection

CHANNEL = "hero_assistance_signals"
_SEND = "SELECT pg_notify(?, ?)"


class PostgresSignals:
    """Implements `Signals`; what takes a connection is called by the one thread that has it."""

    def __init__(self, node_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self._node_id = node_id
        self._loop = loop
        self._lock = threading.Lock()
        self._unsent: set[str] = set()
        self._rings: dict[str, Callable[[], None]] = {}

    def send(self, name: str) -> None:
        """Note it for the next notice."""
        with self._lock:
            self._unsent.add(name)

    def follow(self, name: str, ring: Callable[[], None]) -> None:
        """Note whom to call."""
        with self._lock:
            self._rings[name] = ring

    def begin(self, connection: PostgresConnection) -> None:
        """Listen on a new connection, and ring for what was missed without one."""
        connection.listen(CHANNEL)
        self.ring_all()

    def work(self, connection: PostgresConnection) -> None:
        """Send what is to be sent; raises `psycopg.Error`, and then sends it on the next connection."""
        with self._lock:
            names = sorted(self._unsent)
        if names:
            connection.execute(_SEND, (CHANNEL, " ".join([self._node_id, *names])))
            with self._lock:
                self._unsent.difference_update(names)

    def hear(self, text: str) -> None:
        """Ring for the names of a notice of another node."""
        sender, *names = text.split()
        if sender != self._node_id:
            self._ring(names)

    def ring_all(self) -> None:
        """Ring for everything: a node may have died between its commit and its signal."""
        self._ring(list(self._rings))

    def _ring(self, names: Iterable[str]) -> None:
        with self._lock:
            rings = [self._rings[name] for name in names if name in self._rings]
        for ring in rings:
            self._loop.call_soon_threadsafe(ring)
