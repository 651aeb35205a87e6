"""Reads the file of a backup, which others may have made: first all of it is checked, then it is unpacked."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_server.backups import about
from hero_assistance_server.backups.about import About, parse_about
from hero_assistance_server.backups.errors import BackupDamaged
from hero_assistance_server.storage.database_files import Contents, DatabaseFileError, DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.file_copies import copy_checked, create_attachment, flush, sync_attachments
from hero_assistance_server.storage.files import FOLDER, file_name

# What a file that was made to harm can raise in the libraries that read it.
_UNREADABLE = (
    tarfile.TarError,
    DatabaseFileError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    OverflowError,
    RecursionError,
)


def member_name(digest: str) -> str:
    """Return the name of an attachment in an archive; raises `ValueError` for what is no digest."""
    return f"{FOLDER}/{file_name(digest)}"


def read_backup(database: DatabaseFiles, path: Path, report: ProgressCallback = lambda _done, _all: None) -> About:
    """Check every byte of a backup, and return what it says.

    Raises `BackupDamaged`, or `DatabaseTooNew` for one of a newer release.
    """
    with tempfile.TemporaryDirectory(prefix=".check.", dir=path.parent) as scratch:
        return _read(database, path, Path(scratch), report, unpack=False)


def unpack_backup(database: DatabaseFiles, path: Path, into: Path, report: ProgressCallback) -> About:
    """Check every byte of a backup, then unpack it into a new folder; raises what `read_backup` raises.

    Only the database is written before everything is checked: it is checked where it will be.
    """
    return _read(database, path, into, report, unpack=True)


def _read(database: DatabaseFiles, path: Path, into: Path, report: ProgressCallback, *, unpack: bool) -> About:
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive, ConfinedFolder.open(into) as to:
            size = os.fstat(file.fileno()).st_size
            reader = _ArchiveReader(database, archive, to, lambda done: report(done, size))
            told, attachments = reader.check()
            if unpack:
                reader.unpack(attachments)
            return told
    except _UNREADABLE as error:
        raise BackupDamaged(f"{path} is no whole backup", hint=str(error) or type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class _ArchiveReader:
    """Reads one archive `into` a folder."""

    database: DatabaseFiles
    archive: tarfile.TarFile
    into: ConfinedFolder
    report: Callable[[int], None]

    def check(self) -> tuple[About, dict[str, tarfile.TarInfo]]:
        """Check every member, and return those of attachments too, by digest; raises `ValueError`."""
        members = iter(self.archive)
        told = self._read_about(members)
        copy = self.into.path / self.database.name
        with self.into.create(self.database.name) as file:
            self._copy(next(members, None), self.database.name, told.database_sha256, file.write)
            flush(file)
        if self.database.check(copy) != Contents(told.version, told.rows):
            raise ValueError("the database does not hold what the backup says")
        attachments = {}
        for digest in self.database.list_attachment_files(copy):
            attachments[digest] = self._copy(next(members, None), member_name(digest), digest)
        if next(members, None) is not None or len(attachments) != told.attachments:
            raise ValueError("there is more in it than it says, or less")
        return told, attachments

    def unpack(self, attachments: dict[str, tarfile.TarInfo]) -> None:
        """Write the attachments, each of which has been checked and is checked once more; raises `ValueError`."""
        for digest, member in attachments.items():
            with create_attachment(self.into, digest) as file:
                self._copy(member, member.name, digest, file.write)
        sync_attachments(self.into, attachments)

    def _read_about(self, members: Iterator[tarfile.TarInfo]) -> About:
        member = next(members, None)
        if member is None or not _is_file(member, about.NAME):
            raise ValueError(f"{about.NAME} is missing")
        with _open_member(self.archive, member) as file:
            told = parse_about(file.read(about.LIMIT))
        if told.version > self.database.version:
            raise DatabaseTooNew(
                f"the backup has version {told.version}; this release knows versions up to {self.database.version}",
                hint=f"install the release that made it: {told.release}",
            )
        return told

    def _copy(
        self,
        member: tarfile.TarInfo | None,
        name: str,
        digest: str,
        write: Callable[[bytes], object] = lambda _chunk: None,
    ) -> tarfile.TarInfo:
        """Read one member, which must be `name`, and write it; raises `ValueError` for other bytes."""
        if member is None or not _is_file(member, name):
            raise ValueError(f"{name} is missing")
        with _open_member(self.archive, member) as file:
            copy_checked(file, digest, write)
        self.report(self.archive.offset)
        return member


def _is_file(member: tarfile.TarInfo, name: str) -> bool:
    """Whether it is a file of this name; a sparse one can claim any size without having a byte of it."""
    return member.name == name and member.isreg() and not member.issparse()


def _open_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is no file")
    return file
