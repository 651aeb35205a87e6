"""The PostgreSQL storage: `write` a command, `read` a query, and get every event that any node committed."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from hero_assistance_httpd.health import Health
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.damage import Damage
from hero_assistance_server.storage.database_files import DatabaseFiles
from hero_assistance_server.storage.nodes import Nodes
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.event_follower import EventFollower, EventPortion, Followed
from hero_assistance_server.storage.postgres.files.file_store import PostgresFiles
from hero_assistance_server.storage.postgres.nodes.access_log import AccessLog
from hero_assistance_server.storage.postgres.nodes.node import PostgresNode
from hero_assistance_server.storage.postgres.nodes.shared_secrets import PostgresSecrets
from hero_assistance_server.storage.postgres.opening import open_up_to_date, translated_errors
from hero_assistance_server.storage.postgres.reachability import Reachability
from hero_assistance_server.storage.postgres.search.index_file import IndexFile
from hero_assistance_server.storage.postgres.search.index_follower import IndexFollower
from hero_assistance_server.storage.postgres.search.search_repository import NodeIndex
from hero_assistance_server.storage.postgres.session import PostgresSession
from hero_assistance_server.storage.postgres.snapshot import PostgresSnapshot
from hero_assistance_server.storage.postgres.transfer.export_source import PostgresExportSource
from hero_assistance_server.storage.postgres.write_path.groups import PostgresGroups
from hero_assistance_server.storage.postgres.write_path.unit_of_work import PostgresUnitOfWork
from hero_assistance_server.storage.sql.store import SqlStore
from hero_assistance_server.storage.sql.write_path.writer import Job, Writer

T = TypeVar("T")

_OUTBOX = "outbox"


class PostgresStore(SqlStore):
    """An open database; made by `open_store`."""

    def __init__(
        self,
        url: str,
        connection: PostgresConnection,
        readers: ConnectionPool,
        files: PostgresFiles,
        index: NodeIndex,
        *,
        clock: Callable[[], datetime],
        publish: Callable[[StoredEvent], None],
        reachability: Reachability,
    ) -> None:
        super().__init__(publish)
        self.folder = files.folder
        self.database: DatabaseFiles | None = None
        self.damage = Damage(reachability.health)
        self._url = url
        self._readers = readers
        self.files = files
        self.index = index
        node_id = uuid.uuid4().hex
        self._groups = PostgresGroups(connection, clock, self._note_outbox, index, node_id)
        lock = self._groups.commit_lock
        access = AccessLog(connection, self._groups, partial(self._answer, readers.executor, readers.run))
        self._node = PostgresNode(
            url,
            node_id,
            self._loop,
            access,
            PostgresSecrets(self._submit),
            reachability,
            commit_seconds=lambda: self._groups.commit_seconds,
        )
        self.nodes: Nodes = self._node
        self._node.signals.follow(_OUTBOX, self.outbox_added.set)
        self._writer = Writer(self._groups, clock, self._deliver, reachability.lose)
        followed = Followed(node_id, lock, access.look, self._node.end.demand)
        self._follower = EventFollower(url, read_last_seq(connection), followed, self._deliver_others)
        self._node.start(connection)
        self._writer.start()
        self._follower.start()
        index.follower.start()

    @property
    def export_source(self) -> PostgresExportSource:
        """What an export of the project reads."""
        return PostgresExportSource(self._url)

    async def write(self, command: Callable[[PostgresUnitOfWork], T]) -> T:
        """Run a command and return its result once it is on disk; raises its error or `StoreUnavailable`."""
        return await self._submit(command)

    async def read(self, query: Callable[[PostgresSnapshot], T]) -> T:
        """Answer a query from one moment's state; raises `StoreUnavailable`."""

        def run(connection: PostgresConnection) -> T:
            return query(PostgresSnapshot(PostgresSession(connection, None, self.index)))

        return await self._answer(self._readers.executor, self._readers.run, run)

    async def check_integrity(self) -> None:
        """Leave it to PostgreSQL, which has its own checksums."""

    async def finish(self) -> None:
        """Write what is queued and end the threads."""
        await self._stop_writer()
        await asyncio.to_thread(self._node.stop)
        await asyncio.to_thread(self._follower.stop)
        await asyncio.to_thread(self.index.follower.stop)

    def _note_outbox(self) -> None:
        """Wake the sender, which may be at another node."""
        self.outbox_added.set()
        self._node.signals.send(_OUTBOX)

    def _deliver(self, jobs: Sequence[Job]) -> None:
        if self._groups.committed is not None and not self._follower.skip(*self._groups.committed):
            # Others come before them, and the follower brings all of them in order.
            for job in jobs:
                job.events = []
        if self._groups.committed is not None:
            self.index.follower.want(self._groups.committed[1])
        with self._groups.delivery_lock:
            super()._deliver(jobs)
            self._groups.release()

    def _deliver_others(self, portion: EventPortion) -> None:
        """Called by the follower's thread."""
        self.index.follower.want(portion.until)
        self._loop.call_soon_threadsafe(self._publish_others, portion)

    def _publish_others(self, portion: EventPortion) -> None:
        """Publish what the follower read; what queries answered before may be out of date."""
        self.commits += 1
        for event in portion.events:
            self._publish(event)


@asynccontextmanager
async def open_store(
    url: str,
    *,
    clock: Callable[[], datetime],
    publish: Callable[[StoredEvent], None],
    folder: Path | None = None,
    health: Health | None = None,
) -> AsyncIterator[PostgresStore]:
    """Bring the database up to date and open it; raises what `open_up_to_date` raises.

    `folder` is this node's own: for its search index, and for files that are being received. Without one the index
    is made again at each start. `health` hears that the database is away.
    """
    reachability = Reachability(health or Health())
    connection = open_up_to_date(url, clock())
    with _own_folder(folder) as own, closing(connection):
        with translated_errors():
            index = _open_index(url, connection, own)
        readers, files = ConnectionPool(url, reachability.lose), PostgresFiles(url, own)
        try:
            with translated_errors():
                store = PostgresStore(
                    url,
                    connection,
                    readers,
                    files,
                    index,
                    clock=clock,
                    publish=publish,
                    reachability=reachability,
                )
            try:
                yield store
            finally:
                await store.finish()
        finally:
            # Readers first: the thread of one may discard files, and search.
            readers.close()
            files.close()
            index.file.close()


@contextmanager
def _own_folder(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="desk-node-") as made:
            yield Path(made)
    else:
        yield folder


def _open_index(url: str, connection: PostgresConnection, folder: Path) -> NodeIndex:
    last_seq = read_last_seq(connection)
    file = IndexFile(folder, connection.execute("SELECT database_id FROM identity").get, last_seq)
    follower = IndexFollower(url, file, last_seq)
    try:
        follower.catch_up(connection)
    except BaseException:
        file.close()
        raise
    return NodeIndex(file, follower)
