"""The file with a node's search index: documents of tickets, and up to which event they are what the tickets say.

It is made from the database, and so made again when it is missing, damaged, of other words or of another database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.search.tokenizer import WORDS_VERSION
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.search.search_index import IndexRow, insert_rows

FILE = "search.db"
_BUSY_TIMEOUT_MS = 5_000
# The table is that of SQLite's migration 13; `database` is the id of the database that the documents are of.
_SCHEMA = """
CREATE VIRTUAL TABLE search_index USING fts5 (public, notes, facets,
    content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '2 3 4 5');
CREATE TABLE progress (
    only_row       INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    words_version  INTEGER NOT NULL,
    database       TEXT NOT NULL,
    seq            INTEGER NOT NULL,
    indexed_from   INTEGER NOT NULL
) STRICT;
"""
_MATCH = """SELECT rowid FROM search_index WHERE search_index MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"""
_DAMAGE_ERRORS = (apsw.CorruptError, apsw.NotADBError)

_log = get_log("search")


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """The last event that the documents follow, -1 for none; and the ticket from which on all of them are there."""

    seq: Seq
    indexed_from: int


class IndexFile:
    """One thread writes, others `match`; each raises `StoreUnavailable` for a file that cannot be used now.

    `last_seq` is the last event of the database: a file that follows later ones is of a database that was set back.
    """

    def __init__(self, folder: Path, database: str, last_seq: Seq) -> None:
        self._path = folder / FILE
        self._database = database
        self._readers = threading.local()
        self._opened: list[apsw.Connection] = []
        self.is_damaged = False
        with self._translated_errors():
            self._writer = self._open_known(last_seq) or self._make()
            self.progress = self._read_progress()

    def make_again(self) -> None:
        """Begin with an empty file; the threads that read open it with their next search."""
        with self._translated_errors():
            self._writer.close()
            self._writer = self._make()
            self.progress = self._read_progress()
        self._readers = threading.local()
        self.is_damaged = False

    def write(self, rows: Iterable[IndexRow], gone: Sequence[int], progress: IndexProgress) -> None:
        """Write documents in the place of those before, delete those of other tickets, and say how far that is."""
        with self._changing(progress):
            self._delete("rowid IN (SELECT value FROM json_each(?))", json_text(gone))
            insert_rows(self._writer, rows)

    def begin_again(self, seq: Seq, next_id: int) -> None:
        """Have all documents made again, as of an event; those that no ticket below `next_id` has are deleted."""
        with self._changing(IndexProgress(seq, next_id)):
            self._delete("rowid >= ?", next_id)

    def write_again(self, rows: Sequence[IndexRow], progress: IndexProgress) -> None:
        """Write a portion of all documents, newest first; what is there of others from its end on is deleted."""
        with self._changing(progress):
            self._delete("rowid >= ? AND rowid < ?", progress.indexed_from if rows else 0, self.progress.indexed_from)
            insert_rows(self._writer, rows)

    def match(self, expression: str, before: int, limit: int) -> list[int]:
        """Return the ids of the newest tickets below one whose documents match."""
        with self._translated_errors():
            return [ticket_id for (ticket_id,) in self._reader().execute(_MATCH, (expression, before, limit))]

    def close(self) -> None:
        """Close the connections, once no thread uses one."""
        for connection in (*self._opened, self._writer):
            connection.close()

    @contextmanager
    def _changing(self, progress: IndexProgress) -> Iterator[None]:
        """Commit what is written within together with how far it is, which is known once it is in the file."""
        with self._translated_errors(), self._writer:
            yield
            self._writer.execute("UPDATE progress SET seq = ?, indexed_from = ?", (progress.seq, progress.indexed_from))
        self.progress = progress

    def _read_progress(self) -> IndexProgress:
        seq, indexed_from = self._writer.execute("SELECT seq, indexed_from FROM progress").get
        return IndexProgress(Seq(seq), indexed_from)

    def _delete(self, where: str, *values: str | int) -> None:
        self._writer.execute(f"DELETE FROM search_index WHERE {where}", values)  # noqa: S608

    def _reader(self) -> apsw.Connection:
        found: apsw.Connection | None = getattr(self._readers, "connection", None)
        if found is None:
            found = self._readers.connection = _connect(self._path, apsw.SQLITE_OPEN_READONLY)
            self._opened.append(found)
        return found

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        readers = self._readers
        try:
            yield
        except apsw.Error as error:
            # A reader may still have had the file that was damaged before this one.
            if isinstance(error, _DAMAGE_ERRORS) and readers is self._readers:
                self.is_damaged = True
            raise StoreUnavailable("the search index of this node cannot be used", hint=str(error)) from error

    def _open_known(self, last_seq: Seq) -> apsw.Connection | None:
        """Open the file, unless it is missing, damaged, or of something else."""
        if not self._path.exists():
            return None
        connection = None
        try:
            connection = _connect(self._path, apsw.SQLITE_OPEN_READWRITE)
            *found, seq = connection.execute("SELECT words_version, database, seq FROM progress").fetchone() or (0,)
            if found == [WORDS_VERSION, self._database] and seq <= last_seq:
                return connection
        except (*_DAMAGE_ERRORS, apsw.SQLError) as error:
            _log.warning("search.index-unusable", error=error)
        if connection is not None:
            connection.close()
        return None

    def _make(self) -> apsw.Connection:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        connection = _connect(self._path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        self._path.chmod(0o600)
        connection.pragma("journal_mode", "wal")
        with connection:
            connection.execute(_SCHEMA)
            connection.execute("INSERT INTO progress VALUES (1, ?, ?, -1, 1)", (WORDS_VERSION, self._database))
        return connection


def _connect(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    # It can be made again: after a power cut the last documents may be missing, and with them their events.
    connection.pragma("synchronous", "normal")
    # What an erasure deletes is overwritten.
    connection.pragma("secure_delete", True)
    return connection
