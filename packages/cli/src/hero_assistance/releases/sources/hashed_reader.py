"""A file that is read once from its start, with the SHA-256 of what was read.

An archive is read several times, and somebody else may be able to write it meanwhile: what a check has seen and what is
unpacked are the same when their digests are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from io import FileIO
from typing import BinaryIO

# So many bytes of a file are in memory at a time.
CHUNK = 1024 * 1024


class HashedReader:
    """Reads an opened file from its start; `hexdigest` is that of all that was read."""

    def __init__(self, file: FileIO) -> None:
        file.seek(0)
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, count: int = -1, /) -> bytes:
        """The next bytes, none at the end."""
        data = self._file.read(count)
        self._digest.update(data)
        return data

    def seekable(self) -> bool:
        """No: what is read twice would be counted twice."""
        return False

    def seek(self, offset: int, /) -> int:
        """Refuse; only a stream that begins again asks for it."""
        raise OSError(f"cannot go to {offset}")

    def close(self) -> None:
        """Leave the file open to its owner."""

    def hexdigest(self) -> str:
        """The SHA-256 of what was read."""
        return self._digest.hexdigest()


def write_hashed(chunks: Iterable[bytes], output: BinaryIO) -> str:
    """Write all chunks and return their SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        output.write(chunk)
    return digest.hexdigest()
