"""Files named by their SHA-256; each appears and disappears whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_sdk.files.data_folder import ATTACHMENTS, INCOMING
from hero_assistance_server.storage.errors import StoreUnavailable

FOLDER = ATTACHMENTS
FOLDER_MODE = 0o700
# A file that is being received is not used before it is whole.
_INCOMING = INCOMING
_PREFIX = 2
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def is_digest(value: object) -> bool:
    """Whether a value is a SHA-256 as we write it."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def file_name(digest: str) -> str:
    """Return the name of the file with this SHA-256 below the folder; raises `ValueError` for what is none.

    A digest may come from a row that others wrote, such as that of a backup or an export.
    """
    if not is_digest(digest):
        raise ValueError(f"{digest!r:.80} is no SHA-256")
    return f"{group_of(digest)}/{digest[_PREFIX:]}"


def group_of(digest: str) -> str:
    """Return the name of the folder that a file is in."""
    return digest[:_PREFIX]


class IncomingFile:
    """A file that is being received: `write` its bytes, then `Files.adopt` it; leaving its context deletes it."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
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

    def read(self, start: int, size: int) -> bytes:
        """Return so many of its bytes from one on, fewer at the end; all of them once it is finished."""
        return os.pread(self._file.fileno(), size, start)


class Files:
    """The files of one folder; every method may be called from any thread, and waits for the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._holders: Counter[str] = Counter()

    def prepare(self) -> None:
        """Make the folder, and delete what an earlier process was still receiving."""
        self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with self._open() as folder:
            folder.make_folder(_INCOMING)
            with folder.subfolder(_INCOMING) as incoming:
                for left in incoming.names():
                    incoming.unlink(left)

    def path(self, digest: str) -> Path:
        """Return the path of the file with this SHA-256, for messages and for people; `open` opens it."""
        return self.folder / file_name(digest)

    def open(self, digest: str) -> BinaryIO:
        """Open the file with this SHA-256; raises `OSError`, or `ValueError` for what is no digest."""
        name = file_name(digest)
        with self._open() as folder:
            return folder.read(name)

    @contextmanager
    def incoming(self) -> Iterator[IncomingFile]:
        """Open a file for bytes whose digest is not known yet; raises `OSError`."""
        name = f"{_INCOMING}/{secrets.token_hex(8)}"
        with self._open() as folder:
            file = folder.create(name)
            try:
                with file:
                    yield IncomingFile(name, file)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    folder.unlink(name)

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
        name = file_name(digest)
        group = group_of(digest)
        with self._open() as folder:
            if folder.make_folder(group):
                folder.sync()
            folder.rename(incoming.name, name)
            folder.sync(group)

    def discard(self, digests: Sequence[str], unnamed: Callable[[Sequence[str]], Iterable[str]]) -> int:
        """Delete those files that are `unnamed` and not held; returns how many were there.

        `unnamed` looks while no file can begin to be held: an upload that held one before has written its row by then,
        and an upload that comes later brings the file again.
        """
        count = 0
        with self._lock, self._open() as folder:
            for digest in unnamed([digest for digest in digests if digest not in self._holders]):
                with contextlib.suppress(FileNotFoundError):
                    folder.unlink(file_name(digest))
                    count += 1
        return count

    def groups(self) -> list[str]:
        """Return the names of the folders that files are in, in order."""
        with self._open() as folder:
            return [name for name in folder.names() if len(name) == _PREFIX and folder.has_folder(name)]

    def has_any(self) -> bool:
        """Whether there is any file; the folder need not exist."""
        return self.folder.is_dir() and any(map(self.digests, self.groups()))

    def digests(self, group: str) -> list[str]:
        """Return the files of one folder, in order; what has another name is none of ours."""
        with self._open() as folder, folder.subfolder(group) as files:
            return [group + name for name in files.names() if _DIGEST.fullmatch(group + name)]

    def _open(self) -> AbstractContextManager[ConfinedFolder]:
        return ConfinedFolder.open(self.folder)

    def _release(self, digest: str) -> None:
        with self._lock:
            self._holders[digest] -= 1
            if not self._holders[digest]:
                del self._holders[digest]
