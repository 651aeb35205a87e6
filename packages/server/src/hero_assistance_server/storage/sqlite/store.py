"""The SQLite storage: `write` a command, `read` a query, and get every committed event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.files.usable_folder import usable_folder
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.damage import Damage
from hero_assistance_server.storage.database_files import DatabaseFiles
from hero_assistance_server.storage.files import FOLDER, Files
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.nodes import Nodes, SingleNode
from hero_assistance_server.storage.project_transfer import FolderSource
from hero_assistance_server.storage.sql.store import SqlStore
from hero_assistance_server.storage.sql.write_path.writer import Writer
from hero_assistance_server.storage.sqlite.database.connection import open_writer, translated_errors
from hero_assistance_server.storage.sqlite.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.sqlite.database.integrity import IntegrityCheck
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations, refuse_newer
from hero_assistance_server.storage.sqlite.errors import DAMAGE_ERRORS
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.snapshot import SqliteSnapshot
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from hero_assistance_server.storage.sqlite.write_path.groups import SqliteGroups
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork

T = TypeVar("T")

DATABASE = SqliteDatabaseFiles().name


# Portions of an index that is made again after an upgrade: half a second, and all of a small desk. The rest is indexed
# while the server runs.
INDEXED_AT_START = 20

_log = get_log("store")


class Store(SqlStore):
    """An open database; made by `open_store`."""

    def __init__(
        self,
        connection: apsw.Connection,
        readers: ConnectionPool,
        clock: Callable[[], datetime],
        publish: Callable[[StoredEvent], None],
        files: Files,
        damage: Damage,
    ) -> None:
        super().__init__(publish)
        self.damage = damage
        self._readers = readers
        self.files = files
        self.folder = files.folder.parent
        self.database: DatabaseFiles = SqliteDatabaseFiles()
        self.nodes: Nodes = SingleNode()
        note = partial(note_error, damage)
        self._writer = Writer(SqliteGroups(connection, self.outbox_added.set), clock, self._deliver, note)
        self._writer.start()

    @property
    def export_source(self) -> FolderSource:
        """What an export of the project reads."""
        return FolderSource(self.database, self.folder)

    async def write(self, command: Callable[[SqliteUnitOfWork], T]) -> T:
        """Run a command and return its result once it is on disk; raises its error or `StoreUnavailable`.

        When its caller is cancelled, a command that has not begun is dropped, and one that has is written.
        """
        return await self._submit(command)

    async def query(self, query: Callable[[apsw.Connection], T]) -> T:
        """Answer a query from one moment's state; raises `StoreUnavailable`."""
        return await self._answer(self._readers.executor, self._readers.run, query)

    async def read(self, query: Callable[[SqliteSnapshot], T]) -> T:
        """Answer a query from one moment's state; raises `StoreUnavailable`."""
        return await self.query(lambda connection: query(SqliteSnapshot(SqliteSession(connection))))

    async def check_integrity(self) -> None:
        """Check whether the database is whole, in a thread of its own, and tell `damage` what is not.

        When its caller is cancelled, the check ends early.
        """
        check = IntegrityCheck(self.folder / DATABASE)
        with ThreadPoolExecutor(1, "store-check") as thread:
            future = self._loop.run_in_executor(thread, check.run)
            try:
                faults = await asyncio.shield(future)
            except asyncio.CancelledError:
                check.end()
                await asyncio.wait([future])
                # Its caller is told that it was cancelled, and not what failed meanwhile.
                future.exception()
                raise
        self.damage.find(faults)

    async def finish(self) -> None:
        """Write what is queued and end the writer."""
        await self._stop_writer()


def note_error(damage: Damage, error: Exception) -> None:
    """Tell `damage` of an error that is damage; any thread may."""
    if isinstance(error, DAMAGE_ERRORS):
        damage.meet(str(error))


@asynccontextmanager
async def open_store(
    folder: Path,
    *,
    clock: Callable[[], datetime],
    publish: Callable[[StoredEvent], None],
    health: Health | None = None,
    is_replicated: bool = False,
) -> AsyncIterator[Store]:
    """Lock the folder, bring its database up to date and open it; `publish` gets each event after its commit.

    `health` hears of damage; `is_replicated` leaves checkpoints to Litestream.
    Raises `DataInUse`, `DatabaseTooNew`, `DatabaseUnusable` or `FolderUnusable`.
    """
    path = folder / DATABASE
    damage = Damage(health or Health())
    with locked_folder(folder):
        connection = _open_up_to_date(path, is_replicated=is_replicated)
        try:
            files = Files(folder / FOLDER)
            with usable_folder(files.folder):
                files.prepare()
            readers = ConnectionPool(path, partial(note_error, damage))
            try:
                with translated_errors(path):
                    store = Store(connection, readers, clock, publish, files, damage)
                try:
                    yield store
                finally:
                    await store.finish()
            finally:
                # Readers first: the last connection to close folds the log into the database, and may write.
                readers.close()
        finally:
            connection.close()


def _open_up_to_date(path: Path, *, is_replicated: bool) -> apsw.Connection:
    """Return the connection that writes, after the migrations that are missing."""
    known = migrations()
    refuse_newer(path, known)
    connection = open_writer(path, is_replicated=is_replicated)
    try:
        with translated_errors(path):
            for name in migrate(connection, known):
                _log.info("store.migrated", migration=name)
            rebuild.begin(connection)
            if missing := rebuild.index_portions(connection, INDEXED_AT_START):
                _log.info("store.not-indexed-yet", tickets=missing)
    except BaseException:
        connection.close()
        raise
    return connection
