"""One node among those on a database: a thread with a connection that has its lease, its notices and its locks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import psycopg

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.identity.access_changes import AccessExchange
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.migrate import finish_opening
from hero_assistance_server.storage.postgres.nodes import pause_table, signals
from hero_assistance_server.storage.postgres.nodes.job_locks import PostgresJobLocks
from hero_assistance_server.storage.postgres.nodes.leases import RENEW_S, NodeLease
from hero_assistance_server.storage.postgres.nodes.node_end import NodeEnd
from hero_assistance_server.storage.postgres.nodes.pause_table import PauseTable
from hero_assistance_server.storage.postgres.nodes.presence_table import PresenceTable
from hero_assistance_server.storage.postgres.nodes.shared_secrets import PostgresSecrets
from hero_assistance_server.storage.postgres.nodes.signals import PostgresSignals
from hero_assistance_server.storage.postgres.reachability import Reachability

# How long a wait for a notice is, and with it what is asked of the thread.
_WAIT_S = 0.1
_RETRY_S = 1.0

_log = get_log("store")


class PostgresNode:
    """Implements `Nodes`."""

    def __init__(
        self,
        url: str,
        node_id: str,
        loop: asyncio.AbstractEventLoop,
        access: AccessExchange,
        secrets: PostgresSecrets,
        reachability: Reachability,
        *,
        commit_seconds: Callable[[], float],
    ) -> None:
        self._url = url
        self._reachability = reachability
        self._commit_seconds = commit_seconds
        self._node_id = node_id
        self._lease = NodeLease(node_id)
        self.access = access
        self.secrets = secrets
        self.presence = PresenceTable(node_id, loop)
        self.pauses = PauseTable(node_id, loop)
        self.jobs = PostgresJobLocks(loop)
        self.signals = PostgresSignals(node_id, loop)
        self.end = NodeEnd(loop)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-node")

    @property
    def count(self) -> int:
        """How many nodes had a lease when this one's was renewed last."""
        return self._lease.count

    async def wait_until_outdated(self) -> None:
        """Raise `NodeOutdated` once this one has to start again."""
        await self.end.wait()

    def start(self, connection: PostgresConnection) -> None:
        """Begin the lease, before this node writes anything, read the shared key, and start the thread."""
        self._lease.renew(connection)
        finish_opening(connection)
        self.secrets.begin(connection)
        self._thread.start()

    def stop(self) -> None:
        """Take the node's lease and presence back, and end the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_part(PostgresConnection(self._url))
                continue
            except psycopg.Error as error:
                _log.warning("store.node-lost", error=error)
                self._reachability.lose(error)
            except Exception as error:  # noqa: BLE001
                # The outermost loop of the thread: without it, the others would take this node for dead.
                _log.error("store.node-failed", exc_info=error)
            self.presence.note_lost()
            self._stopping.wait(_RETRY_S)

    def _take_part(self, connection: PostgresConnection) -> None:
        try:
            self._lease.begin(connection)
            self._reachability.find()
            self.secrets.begin(connection)
            self.presence.begin(connection)
            self.pauses.begin(connection)
            self.signals.begin(connection)
            renewed_at = time.monotonic()
            while not self._stopping.is_set():
                for channel, text in connection.wait_for_notices(_WAIT_S):
                    self._hear(channel, text)
                self._reachability.note_commit(self._commit_seconds())
                self.pauses.work(connection)
                self.signals.work(connection)
                self.jobs.work(connection)
                if time.monotonic() - renewed_at >= RENEW_S:
                    renewed_at = time.monotonic()
                    self._renew(connection)
                self.presence.work(connection)
            self.pauses.work(connection)
            self.signals.work(connection)
            self.presence.end(connection)
            self._lease.end(connection)
        finally:
            self.jobs.lose()
            connection.close()

    def _hear(self, channel: str, text: str) -> None:
        if channel == signals.CHANNEL:
            self.signals.hear(text)
        elif text != self._node_id and channel == pause_table.CHANNEL:
            self.pauses.want()
        elif text != self._node_id:
            self.presence.want()

    def _renew(self, connection: PostgresConnection) -> None:
        """Renew the lease, and look for leases that are over."""
        nodes = self._lease.count
        if not self._lease.renew(connection):
            # This machine slept, or was too busy: the others took this node for dead.
            _log.warning("store.node-was-late")
            self.presence.begin(connection)
        self._reachability.find()
        self.presence.forget_dead(connection)
        self.presence.want()
        if self._lease.count < nodes:
            self.signals.ring_all()
