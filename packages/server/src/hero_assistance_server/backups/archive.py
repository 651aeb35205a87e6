"""The file of a backup: a tar archive that any tool opens, in an order that is always the same.

backup.json         what is in it: format, version, time, rows of each table, size and SHA-256 of the database
tickets.db          the database, in one file
attachments/ab/cd   each attachment, by its SHA-256, in order
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hero_assistance_sdk.durable_files import sync_folder
from hero_assistance_sdk.release import release_id
from hero_assistance_server.backups.errors import BackupDamaged, BackupFailed
from hero_assistance_server.storage.database_files import Contents, DatabaseFileError, DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.files import FOLDER, Files

FORMAT = 1
ABOUT = "backup.json"
_ABOUT_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class About:
    """The description of a backup in its own archive."""

    format: int
    made_at: str
    release: str
    version: int
    rows: dict[str, int]
    attachments: int
    database_bytes: int
    database_sha256: str


def write_backup(database: DatabaseFiles, data: Path, target: Path, now: datetime, report: ProgressCallback) -> About:
    """Make a backup of the data folder in the file `target`, check it, and only then put it in its place.

    Raises `BackupFailed`; what was in that place before stays then.
    """
    if not (data / database.name).is_file():
        raise BackupFailed(f"there is no database in {data}", hint="a server makes one at its first start")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            made = Path(folder) / "backup.tar"
            _write(database, data, made, now, report)
            about = read_backup(database, made, report=report)
            made.rename(target)
            sync_folder(target.parent)
            return about
    except BackupDamaged as error:
        raise BackupFailed(f"the backup did not stand its check: {error.message}", hint=error.hint) from error
    except (OSError, DatabaseFileError) as error:
        raise BackupFailed(f"{target} cannot be written", hint=str(error)) from error


def read_backup(
    database: DatabaseFiles,
    path: Path,
    into: Path | None = None,
    report: ProgressCallback = lambda _done, _all: None,
) -> About:
    """Check every byte of a backup, and unpack it `into` a new folder where one is given; returns what it says.

    Raises `BackupDamaged`, or `DatabaseTooNew` for one of a newer release.
    """
    with tempfile.TemporaryDirectory(prefix=".check.", dir=into or path.parent) as scratch:
        try:
            with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
                size = os.fstat(file.fileno()).st_size
                reader = _ArchiveReader(database, archive, into or Path(scratch), into is not None)
                return reader.read(lambda done: report(done, size))
        except (tarfile.TarError, DatabaseFileError, ValueError, KeyError, TypeError, EOFError) as error:
            raise BackupDamaged(f"{path} is no whole backup", hint=str(error)) from error


def _write(database: DatabaseFiles, data: Path, made: Path, now: datetime, report: ProgressCallback) -> None:
    copy = made.with_name(database.name)
    database.copy(data / database.name, copy, report)
    digests = database.list_attachment_files(copy)
    about = _about(database, copy, len(digests), now)
    files = Files(data / FOLDER)
    with made.open("xb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            text = json.dumps(asdict(about), indent=2).encode()
            archive.addfile(_member(ABOUT, len(text), now), io.BytesIO(text))
            _add(archive, database.name, copy, now)
            for number, digest in enumerate(digests, 1):
                _add(archive, _name(digest), files.path(digest), now)
                report(number, about.attachments)
        out.flush()
        os.fsync(out.fileno())
    made.chmod(_FILE_MODE)


def _about(database: DatabaseFiles, copy: Path, attachments: int, now: datetime) -> About:
    try:
        found = database.check(copy)
    except ValueError as error:
        raise BackupFailed(f"the database cannot be backed up: {error}", hint="restore the last backup") from error
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = copy.stat().st_size
    return About(FORMAT, now.isoformat(), release_id(), found.version, found.rows, attachments, size, digest)


def _add(archive: tarfile.TarFile, name: str, path: Path, now: datetime) -> None:
    with path.open("rb") as file:
        archive.addfile(_member(name, os.fstat(file.fileno()).st_size, now), file)


def _member(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(now.timestamp()), _FILE_MODE
    return member


def _name(digest: str) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest[2:]}"


@dataclass(frozen=True, slots=True)
class _ArchiveReader:
    """Reads one archive `into` a folder, where files stay only with `keep`."""

    database: DatabaseFiles
    archive: tarfile.TarFile
    into: Path
    keep: bool

    def read(self, report: Callable[[int], None]) -> About:
        """Check every member; raises `ValueError`."""
        members = iter(self.archive)
        about = self._read_about(members)
        copy = self.into / self.database.name
        _unpack(self.archive, next(members, None), self.database.name, copy, about.database_sha256)
        _compare(about, self.database.check(copy))
        files = Files(self.into / FOLDER)
        for digest in self.database.list_attachment_files(copy):
            place = files.path(digest) if self.keep else None
            _unpack(self.archive, next(members, None), _name(digest), place, digest)
            report(self.archive.offset)
        if next(members, None) is not None:
            raise ValueError("there is more in it than it says")
        return about

    def _read_about(self, members: Iterator[tarfile.TarInfo]) -> About:
        with _opened(self.archive, next(members, None), ABOUT) as file:
            found: dict[str, Any] = json.loads(file.read(_ABOUT_LIMIT))
        if found["format"] != FORMAT:
            raise ValueError(f"its format is {found['format']!r}; this release reads {FORMAT}")
        about = About(**{name: found[name] for name in About.__slots__})
        if about.version > self.database.version:
            raise DatabaseTooNew(
                f"the backup has version {about.version}; this release knows versions up to {self.database.version}",
                hint=f"install the release that made it: {about.release}",
            )
        return about


def _compare(about: About, found: Contents) -> None:
    if found != Contents(about.version, about.rows):
        raise ValueError("the database does not hold what the backup says")


def _unpack(
    archive: tarfile.TarFile, member: tarfile.TarInfo | None, name: str, place: Path | None, digest: str
) -> None:
    """Read one member, which must be `name`, and write it to its place; raises `ValueError` for other bytes."""
    found = hashlib.sha256()
    with _opened(archive, member, name) as file, _placed(place) as write:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
            write(chunk)
    if found.hexdigest() != digest:
        raise ValueError(f"{name} is damaged")


@contextmanager
def _opened(archive: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> Iterator[IO[bytes]]:
    if member is None or member.name != name or not member.isreg():
        raise ValueError(f"{name} is missing")
    file = archive.extractfile(member)
    if file is None:
        raise ValueError(f"{name} is no file")
    with file:
        yield file


@contextmanager
def _placed(place: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Write a new file and have it on the disk; without a place, nothing."""
    if place is None:
        yield lambda _chunk: None
        return
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.open("xb") as file:
        place.chmod(_FILE_MODE)
        yield file.write
        file.flush()
        os.fsync(file.fileno())
    sync_folder(place.parent)
