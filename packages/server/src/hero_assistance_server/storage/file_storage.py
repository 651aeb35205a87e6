"""A storage engine with the files of attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, ParamSpec, Protocol, TypeVar

from hero_assistance_server.storage.damage import Damage
from hero_assistance_server.storage.database_files import DatabaseFiles
from hero_assistance_server.storage.files import IncomingFile
from hero_assistance_server.storage.project_transfer import ExportSource
from hero_assistance_server.storage.unit_of_work import Storage

P = ParamSpec("P")
T = TypeVar("T")


class FileStore(Protocol):
    """The files of a project, each named by its SHA-256; methods may be called from any thread, and raise `OSError`."""

    @property
    def folder(self) -> Path:
        """The folder on whose disk files arrive."""
        ...

    def incoming(self) -> AbstractContextManager[IncomingFile]:
        """Open a file for bytes whose digest is not known yet; leaving the context deletes what was not adopted."""
        ...

    def hold(self, digest: str) -> AbstractContextManager[None]:
        """Keep a file from being discarded until a row names it; waits for nothing."""
        ...

    def adopt(self, incoming: IncomingFile, digest: str) -> None:
        """Put a finished file in its place, where the same bytes may be already."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open a file; raises `FileNotFoundError`, or `ValueError` for what is no digest."""
        ...

    def discard(self, digests: Sequence[str], unnamed: Callable[[Sequence[str]], Iterable[str]]) -> int:
        """Delete those files that are `unnamed` and not held; returns how many were there.

        `unnamed` looks while no file can begin to be held, for the first time in its snapshot.
        """
        ...

    def groups(self) -> list[str]:
        """Return what the digests of files begin with, in order."""
        ...

    def digests(self, group: str) -> list[str]:
        """Return the files of one group, in order."""
        ...


class FileStorage(Storage, Protocol):
    """An open storage engine with its files."""

    @property
    def files(self) -> FileStore:
        """The files of attachments."""
        ...

    @property
    def database(self) -> DatabaseFiles | None:
        """The files of the database in `folder`; `None` where it is elsewhere, and its own tools back it up."""
        ...

    @property
    def export_source(self) -> ExportSource:
        """What an export of the project reads."""
        ...

    folder: Path
    """The data folder, which holds what of the project is not in a database elsewhere."""

    damage: Damage

    async def check_integrity(self) -> None:
        """Check whether the database's files are whole, and tell `damage` what is not; a cancelled check ends early."""
        ...

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work`, which waits for the disk, in a thread; raises what it raises.

        A caller that is cancelled waits until the thread has finished.
        """
        ...
