"""What backups, exports and imports need of a storage engine: its database files, without an open storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hero_assistance_sdk.os_errors import explain

# Gets how much is done, and of how much; may raise to end the work.
ProgressCallback = Callable[[int, int], None]


class DatabaseFileError(Exception):
    """A database file is damaged, or the disk does not take it; `hint` says what to do, where that is known."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def explain_failure(error: Exception) -> tuple[str, str | None]:
    """Why a backup, an export, an import or a restore failed, and what to do about it where that is known."""
    if isinstance(error, OSError) and error.errno is not None:
        told = explain(error)
        return told.message, told.hint
    return str(error) or type(error).__name__, getattr(error, "hint", None)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: its version, and the rows of each table."""

    version: int
    rows: dict[str, int]


class TableReader(Protocol):
    """The exported tables of a database as they are at one moment."""

    version: int
    tables: list[str]
    """The names of the tables that are exported, in order."""

    def lines(self, table: str) -> Iterator[bytes]:
        """Return the rows of a table in order, each a JSON object on a line of its own."""
        ...

    def list_attachment_files(self) -> list[str]:
        """Return the SHA-256 of each file that an exported attachment has, in order."""
        ...


class TableWriter(Protocol):
    """A new database that gets rows; they are committed when its context ends without an error.

    `former_tables` are in exports of earlier releases, and are not imported.
    """

    tables: list[str]
    former_tables: frozenset[str]

    def insert(self, table: str, line: bytes) -> None:
        """Write the row of a line; raises `ValueError`."""
        ...

    def complete(self, version: int) -> list[str]:
        """Make what follows from the rows, which are of a version, and return the SHA-256 of each attached file."""
        ...


class DatabaseFiles(Protocol):
    """The database files of an engine. Every method raises `DatabaseFileError`, `DatabaseUnusable` or `OSError`."""

    @property
    def name(self) -> str:
        """The file's name in a data folder and in a backup."""
        ...

    @property
    def version(self) -> int:
        """The newest version that this release knows."""
        ...

    def copy(self, source: Path, target: Path, report: ProgressCallback) -> None:
        """Copy a database, which may be in use, to a new file, without uploads that nothing shows."""
        ...

    def check(self, path: Path) -> Contents:
        """Check a database that is not in use, and return what is in it; raises `ValueError` for a damaged one."""
        ...

    def list_attachment_files(self, path: Path) -> list[str]:
        """Return the SHA-256 of each file that an attachment has, in order."""
        ...

    def end_access(self, path: Path) -> None:
        """Delete what let users in, of a database that is not in use: it may have been revoked since."""
        ...

    def delete_unused_uploads(self, path: Path) -> None:
        """Delete the uploads that nothing shows, of a database that is not in use."""
        ...

    def delete_attachments(self, path: Path, digests: Sequence[str]) -> None:
        """Delete the attachments in these files, of a database that is not in use; threads still name them."""
        ...

    def leave_out_numbers(self, path: Path, replaced: Path) -> None:
        """Have the next events, tickets and messages of a database that is not in use get numbers that none ever had.

        `replaced` is the database that it is put in place of, which may be missing or damaged.
        """
        ...

    def read_tables(self, path: Path) -> AbstractContextManager[TableReader]:
        """Open a database, which may be in use, to export it."""
        ...

    def create(self, path: Path) -> AbstractContextManager[TableWriter]:
        """Create a database to import into."""
        ...
