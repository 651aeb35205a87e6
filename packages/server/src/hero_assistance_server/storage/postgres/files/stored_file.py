"""One file of the database, which is read in pieces from anywhere in it."""

from __future__ import annotations

import io
import os
from typing import Any

from hero_assistance_server.storage.postgres.files.connections import FileConnections

CHUNK_BYTES = 256 * 1024
_SIZE = "SELECT size FROM stored_files WHERE sha256 = ?"
_READ = "SELECT substr(bytes, ?::integer, ?::integer) FROM file_chunks WHERE sha256 = ? AND place = ?"


class StoredFile(io.RawIOBase):
    """A file that is open for reading; it holds no connection, and only the bytes that are asked for in memory.

    Raises `FileNotFoundError` when there is no such file; one that is deleted meanwhile ends early.
    """

    def __init__(self, connections: FileConnections, digest: str) -> None:
        super().__init__()
        self._connections = connections
        self._digest = digest
        self._position = 0
        rows = connections.read(_SIZE, (digest,))
        if not rows:
            raise FileNotFoundError(f"there is no file {digest}")
        self._size = int(rows[0][0])

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go on reading at another place; returns it."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Read what is left of a chunk, at most as much as fits; returns how much, 0 at the end."""
        found = self._fetch(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def readall(self) -> bytes:
        """Return everything from here on, a chunk at a time."""
        return b"".join(iter(lambda: self._fetch(CHUNK_BYTES), b""))

    def _fetch(self, most: int) -> bytes:
        place, start = divmod(self._position, CHUNK_BYTES)
        rows = self._connections.read(_READ, (start + 1, min(most, CHUNK_BYTES - start), self._digest, place))
        found = bytes(rows[0][0]) if rows else b""
        self._position += len(found)
        return found
