"""Files named by their SHA-256; each appears and disappears whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hero_assistance_sdk.durable_files import sync_folder
from hero_assistance_server.storage.errors import StoreUnavailable

FOLDER = "attachments"
FOLDER_MODE = 0o700
# A file that is being received is not used before it is whole.
_INCOMING = ".incoming"
_PREFIX = 2


class IncomingFile:
    """A file that is being received: `write` its bytes, then `Files.adopt` it; leaving its context deletes it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Add bytes; raises `OSError`, such as for a full disk."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> str:
        """Flush it to the disk; returns its SHA-256, raises `OSError`."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._hash.hexdigest()

    def head(self, size: int) -> bytes:
        """Return its first bytes."""
        with self.path.open("rb") as file:
            return file.read(size)


class Files:
    """The files of one folder; every method may be called from any thread, and waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._holders: Counter[str] = Counter()

    def prepare(self) -> None:
        """Make the folder, and delete what an earlier process was still receiving."""
        incoming = self.folder / _INCOMING
        incoming.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for left in incoming.iterdir():
            left.unlink()

    def path(self, digest: str) -> Path:
        """Return the path of the file with this SHA-256."""
        return self.folder / digest[:_PREFIX] / digest[_PREFIX:]

    @contextmanager
    def incoming(self) -> Iterator[IncomingFile]:
        """Open a file for bytes whose digest is not known yet; raises `OSError`."""
        descriptor, name = tempfile.mkstemp(dir=self.folder / _INCOMING)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                yield IncomingFile(path, file)
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def hold(self, digest: str) -> Iterator[None]:
        """Keep a file from being discarded until a row names it."""
        with self._lock:
            self._holders[digest] += 1
        try:
            yield
        except (StoreUnavailable, asyncio.CancelledError):
            # The row may still be written, so the file stays; if it is not, the next start finds that no row names it.
            raise
        except BaseException:
            self._release(digest)
            raise
        self._release(digest)

    def adopt(self, incoming: IncomingFile, digest: str) -> None:
        """Put a finished file in its place, where the same bytes may be already; raises `OSError`."""
        path = self.path(digest)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            sync_folder(self.folder)
        incoming.path.rename(path)
        sync_folder(path.parent)

    def discard(self, digests: Sequence[str], unnamed: Callable[[Sequence[str]], Iterable[str]]) -> int:
        """Delete those files that are `unnamed` and not held; returns how many were there.

        `unnamed` looks while no file can begin to be held: an upload that held one before has written its row by then,
        and an upload that comes later brings the file again.
        """
        count = 0
        with self._lock:
            for digest in unnamed([digest for digest in digests if digest not in self._holders]):
                with contextlib.suppress(FileNotFoundError):
                    self.path(digest).unlink()
                    count += 1
        return count

    def groups(self) -> list[Path]:
        """Return the folders that files are in, in order."""
        return sorted(path for path in self.folder.iterdir() if len(path.name) == _PREFIX and path.is_dir())

    def digests(self, group: Path) -> list[str]:
        """Return the files of one folder, in order."""
        return sorted(group.name + path.name for path in group.iterdir())

    def _release(self, digest: str) -> None:
        with self._lock:
            self._holders[digest] -= 1
            if not self._holders[digest]:
                del self._holders[digest]
