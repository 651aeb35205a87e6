"""The transactions of the one connection that writes to SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.repositories.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sql.search import search_index
from hero_assistance_server.storage.sql.write_path.settings_cache import SettingsCache
from hero_assistance_server.storage.sql.write_path.write_batch import Reindexed, WriteBatch
from hero_assistance_server.storage.sqlite.errors import STORAGE_ERRORS, explain_error
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork


class SqliteGroups:
    """Implements `Groups`; `wake_sender` is called in the loop after a command that added to the outbox."""

    storage_errors: tuple[type[Exception], ...] = STORAGE_ERRORS
    # A disk that fails may take the next command, which is shorter.
    is_lost = False

    def __init__(self, connection: apsw.Connection, wake_sender: Callable[[], None]) -> None:
        self._writer = connection
        self.connection: Connection = connection
        self._wake_sender = wake_sender
        self._authors = DraftAuthorCache(connection)
        self._settings = SettingsCache(connection)

    def begin(self) -> WriteBatch:
        """Lock the database."""
        self._writer.execute("BEGIN IMMEDIATE")
        last_seq = Seq(SqliteSession(self._writer).last_id("events"))
        return WriteBatch(self._writer, self._settings, last_seq, index_changed)

    def commit(self, batch: WriteBatch) -> None:
        """Write what waits, and flush the log."""
        batch.flush()
        self._writer.execute("COMMIT")

    def roll_back(self) -> None:
        """Roll back, unless SQLite has done so after an error: a second ROLLBACK would be one more."""
        # A change of the settings is undone with the rest.
        self._settings.clear()
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def open_unit(self, batch: WriteBatch, now: datetime) -> SqliteUnitOfWork:
        """Return the unit of work of one command."""
        return SqliteUnitOfWork(SqliteSession(self._writer, batch), batch, now, self._authors, self._wake_sender)

    def explain_error(self, error: apsw.Error) -> tuple[str, str | None]:
        """Return what an error of SQLite means."""
        return explain_error(error)


def index_changed(connection: Connection, changed: Sequence[Reindexed]) -> None:
    """Write the documents of those whose words or facets are others."""
    search_index.index(connection, [one.after for one in changed if _has_new_document(one)])


def _has_new_document(one: Reindexed) -> bool:
    return one.thread or one.before is None or search_index.differs(one.before, one.after)
