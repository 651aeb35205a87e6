"""Implements `FileStore`: a file is there for all nodes with one commit, and gone with one.

What is deleted is decided behind a lock on the row of the file, which a node that brings the same file takes as well;
and the rows of `file_holds` say for which files a row of an attachment is still being written, on any node.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.files import IncomingFile, file_name
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.files.connections import FileConnections
from hero_assistance_server.storage.postgres.files.stored_file import CHUNK_BYTES, StoredFile
from hero_assistance_server.storage.sql.json_rows import json_text

# More than the row of an attachment ever takes; a node that ends meanwhile keeps a file from being deleted for as long.
HELD_FOR_S = 600
_NOW = "extract(epoch FROM clock_timestamp())::bigint"
# Locks the row also where it is there, and waits where it is being deleted.
_BRING = """INSERT INTO stored_files (sha256, size) VALUES (?, ?)
    ON CONFLICT (sha256) DO UPDATE SET size = stored_files.size"""
_HOLD = f"""INSERT INTO file_holds (hold_id, sha256, held_until) VALUES (?, ?, {_NOW} + ?)
    ON CONFLICT (hold_id) DO UPDATE SET held_until = excluded.held_until"""  # noqa: S608
_IS_WRITTEN = "SELECT 1 FROM file_chunks WHERE sha256 = ? LIMIT 1"
_WRITE = "INSERT INTO file_chunks (sha256, place, bytes) VALUES (?, ?, ?)"
_RELEASE = "DELETE FROM file_holds WHERE hold_id IN (SELECT value FROM json_each(?))"
_LOCK = """SELECT sha256 FROM stored_files WHERE sha256 IN (SELECT value FROM json_each(?))
    ORDER BY sha256 FOR UPDATE"""
_HELD = "SELECT sha256 FROM file_holds WHERE sha256 IN (SELECT value FROM json_each(?))"
_DELETE = "DELETE FROM stored_files WHERE sha256 IN (SELECT value FROM json_each(?))"
_LIST = "SELECT sha256 FROM stored_files WHERE sha256 >= ? AND sha256 < ? ORDER BY sha256"

_log = get_log("store")


class PostgresFiles:
    """The files of one database; every method may be called from any thread, and raises `OSError`.

    `spool` is the folder for what is being received; without one it is the machine's own for temporary files.
    """

    def __init__(self, url: str, spool: Path | None = None) -> None:
        self._connections = FileConnections(url)
        self._spool = spool
        self._lock = threading.Lock()
        self._holds: defaultdict[str, set[str]] = defaultdict(set)
        self._ended: list[str] = []
        # One thread, so that a release that was begun before is finished before.
        self._releasing = ThreadPoolExecutor(1, "store-file-holds")

    @property
    def folder(self) -> Path:
        """The folder on whose disk files arrive."""
        return self._spool or Path(tempfile.gettempdir())

    @contextmanager
    def incoming(self) -> Iterator[IncomingFile]:
        """Open a file of this machine that no name leads to."""
        with tempfile.TemporaryFile(dir=self._spool) as file:
            yield IncomingFile("", cast(BinaryIO, file))

    @contextmanager
    def hold(self, digest: str) -> Iterator[None]:
        """Keep a file that `adopt` brings within from being discarded by any node until a row names it."""
        hold_id = uuid.uuid4().hex
        with self._lock:
            self._holds[digest].add(hold_id)
        try:
            yield
        except (StoreUnavailable, asyncio.CancelledError):
            # The row may still be written, so the file is held until its time is over.
            self._forget(digest, hold_id)
            raise
        except BaseException:
            self._end(digest, hold_id)
            raise
        self._end(digest, hold_id)

    def adopt(self, incoming: IncomingFile, digest: str) -> None:
        """Write a finished file, unless the same bytes are there."""
        file_name(digest)
        with self._lock:
            holds = sorted(self._holds.get(digest, ()))
        with self._connections.transaction() as connection:
            connection.execute(_BRING, (digest, incoming.size))
            for hold_id in holds:
                connection.execute(_HOLD, (hold_id, digest, HELD_FOR_S))
            if connection.execute(_IS_WRITTEN, (digest,)).get is None:
                _write(connection, incoming, digest)

    def open(self, digest: str) -> BinaryIO:
        """Open a file; raises `FileNotFoundError`, or `ValueError` for what is no digest."""
        file_name(digest)
        return cast(BinaryIO, StoredFile(self._connections, digest))

    def discard(self, digests: Sequence[str], unnamed: Callable[[Sequence[str]], Iterable[str]]) -> int:
        """Delete those files that are `unnamed` and not held; returns how many were there.

        `unnamed` looks at rows for the first time in its snapshot: so it sees what was committed before the lock.
        """
        self._releasing.submit(self._release).result()
        with self._connections.transaction() as connection:
            connection.execute(f"DELETE FROM file_holds WHERE held_until < {_NOW}")  # noqa: S608
            found = [digest for (digest,) in connection.execute(_LOCK, (json_text(digests),))]
            held = {digest for (digest,) in connection.execute(_HELD, (json_text(found),))}
            free = [digest for digest in found if digest not in held]
            gone = list(unnamed(free)) if free else []
            connection.execute(_DELETE, (json_text(gone),))
            return len(gone)

    def groups(self) -> list[str]:
        """Return all that digests begin with: to look for each is an index's work."""
        return [f"{number:02x}" for number in range(256)]

    def digests(self, group: str) -> list[str]:
        """Return the files whose digests begin so, in order."""
        return [digest for (digest,) in self._connections.read(_LIST, (group, f"{group}g"))]

    def close(self) -> None:
        """End the thread and the connections."""
        self._releasing.shutdown()
        self._connections.close()

    def _end(self, digest: str, hold_id: str) -> None:
        self._forget(digest, hold_id)
        with self._lock:
            self._ended.append(hold_id)
        self._releasing.submit(self._release)

    def _forget(self, digest: str, hold_id: str) -> None:
        with self._lock:
            self._holds[digest].discard(hold_id)
            if not self._holds[digest]:
                del self._holds[digest]

    def _release(self) -> None:
        """Delete the rows of holds that have ended; one that cannot be deleted now ends by its time."""
        with self._lock:
            ended, self._ended = self._ended, []
        if not ended:
            return
        try:
            with self._connections.transaction() as connection:
                connection.execute(_RELEASE, (json_text(ended),))
        except OSError as error:
            _log.warning("store.file-still-held", error=error, seconds=HELD_FOR_S)


def _write(connection: PostgresConnection, incoming: IncomingFile, digest: str) -> None:
    for place, start in enumerate(range(0, incoming.size, CHUNK_BYTES)):
        connection.execute(_WRITE, (digest, place, incoming.read(start, CHUNK_BYTES)))
