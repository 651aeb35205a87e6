"""Where an export reads a project, and where an import writes one: a data folder, or a database elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from hero_assistance_server.storage.database_files import DatabaseFiles, TableReader, TableWriter
from hero_assistance_server.storage.files import FOLDER, Files

# Opens a file by its SHA-256; raises `FileNotFoundError`.
OpenFile = Callable[[str], BinaryIO]


class ExportSource(Protocol):
    """A project, which may be in use; methods raise `DatabaseFileError` or `OSError`."""

    def read_tables(self) -> AbstractContextManager[TableReader]:
        """Read the tables as they are at one moment."""
        ...

    def read_files(self) -> AbstractContextManager[OpenFile]:
        """Read the files of attachments."""
        ...


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Implements `ExportSource` for a data folder."""

    database: DatabaseFiles
    data: Path

    def read_tables(self) -> AbstractContextManager[TableReader]:
        """Read the database file."""
        return self.database.read_tables(self.data / self.database.name)

    @contextmanager
    def read_files(self) -> Iterator[OpenFile]:
        """Read the folder of files."""
        yield Files(self.data / FOLDER).open


class ProjectWriter(TableWriter, Protocol):
    """An empty database that gets rows and files, in one transaction."""

    def write_file(self, digest: str, file: BinaryIO) -> None:
        """Write a file; raises `ValueError` where its bytes have another SHA-256."""
        ...


class ImportTarget(Protocol):
    """A database elsewhere that an import fills."""

    @property
    def version(self) -> int:
        """The newest version that this release knows."""
        ...

    @property
    def oldest_version(self) -> int:
        """The oldest version whose rows it can take."""
        ...

    def receive(self) -> AbstractContextManager[ProjectWriter]:
        """Open the database, which is to be empty and not in use; all is committed when the context ends well.

        Raises `DataInUse`, `Conflict` where there is a project, `DatabaseFileError`, or what opening it raises.
        """
        ...
