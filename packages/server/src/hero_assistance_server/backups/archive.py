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

import apsw

from hero_assistance_sdk.release import release_id
from hero_assistance_server.backups.errors import BackupDamaged, BackupFailed
from hero_assistance_server.backups.snapshot import Contents, contents, copy_database, digests
from hero_assistance_server.jobs.background_jobs import ProgressCallback
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.files import FOLDER, Files, sync_folder
from hero_assistance_server.storage.sqlite.migrate import migrations
from hero_assistance_server.storage.sqlite.store import DATABASE

FORMAT = 1
ABOUT = "backup.json"
_ABOUT_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself."""

    format: int
    made_at: str
    release: str
    version: int
    rows: dict[str, int]
    attachments: int
    database_bytes: int
    database_sha256: str


def write_backup(data: Path, target: Path, now: datetime, told: ProgressCallback) -> About:
    """Make a backup of the data folder in the file `target`, check it, and only then put it in its place.

    Raises `BackupFailed`; what was in that place before stays then.
    """
    if not (data / DATABASE).is_file():
        raise BackupFailed(f"there is no database in {data}", hint="a server makes one at its first start")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            made = Path(folder) / "backup.tar"
            _write(data, Path(folder) / DATABASE, made, now, told)
            about = read_backup(made, told=told)
            made.rename(target)
            sync_folder(target.parent)
            return about
    except BackupDamaged as error:
        raise BackupFailed(f"the backup did not stand its check: {error.message}", hint=error.hint) from error
    except (OSError, apsw.Error) as error:
        raise BackupFailed(f"{target} cannot be written", hint=str(error)) from error


def read_backup(path: Path, into: Path | None = None, told: ProgressCallback = lambda _done, _all: None) -> About:
    """Check every byte of a backup, and unpack it `into` a new folder where one is given; returns what it says.

    Raises `BackupDamaged`, or `DatabaseTooNew` for one of a newer release.
    """
    with tempfile.TemporaryDirectory(prefix=".check.", dir=into or path.parent) as scratch:
        try:
            with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
                return _checked(archive, into or Path(scratch), into is not None, told, os.fstat(file.fileno()).st_size)
        except (tarfile.TarError, apsw.Error, ValueError, KeyError, TypeError, EOFError) as error:
            raise BackupDamaged(f"{path} is no whole backup", hint=str(error)) from error


def _write(data: Path, database: Path, made: Path, now: datetime, told: ProgressCallback) -> None:
    copy_database(data / DATABASE, database, told)
    about = _about(database, now)
    files = Files(data / FOLDER)
    with made.open("xb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            text = json.dumps(asdict(about), indent=2).encode()
            archive.addfile(_member(ABOUT, len(text), now), io.BytesIO(text))
            _add(archive, DATABASE, database, now)
            for number, digest in enumerate(digests(database), 1):
                _add(archive, _name(digest), files.path(digest), now)
                told(number, about.attachments)
        out.flush()
        os.fsync(out.fileno())
    made.chmod(_FILE_MODE)


def _about(database: Path, now: datetime) -> About:
    try:
        found = contents(database)
    except ValueError as error:
        raise BackupFailed(f"the database cannot be backed up: {error}", hint="restore the last backup") from error
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size, count = database.stat().st_size, len(digests(database))
    return About(FORMAT, now.isoformat(), release_id(), found.version, found.rows, count, size, digest)


def _add(archive: tarfile.TarFile, name: str, path: Path, now: datetime) -> None:
    with path.open("rb") as file:
        archive.addfile(_member(name, os.fstat(file.fileno()).st_size, now), file)


def _member(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(now.timestamp()), _FILE_MODE
    return member


def _name(digest: str) -> str:
    return f"{FOLDER}/{digest[:2]}/{digest[2:]}"


def _checked(archive: tarfile.TarFile, into: Path, keep: bool, told: ProgressCallback, size: int) -> About:
    members = iter(archive)
    about = _read_about(archive, members)
    database = into / DATABASE
    _unpack(archive, next(members, None), DATABASE, database, about.database_sha256)
    _compare(about, contents(database))
    files = Files(into / FOLDER)
    for digest in digests(database):
        member = next(members, None)
        place = files.path(digest) if keep else None
        _unpack(archive, member, _name(digest), place, digest)
        told(archive.offset, size)
    if next(members, None) is not None:
        raise ValueError("there is more in it than it says")
    return about


def _read_about(archive: tarfile.TarFile, members: Iterator[tarfile.TarInfo]) -> About:
    with _opened(archive, next(members, None), ABOUT) as file:
        found: dict[str, Any] = json.loads(file.read(_ABOUT_LIMIT))
    if found["format"] != FORMAT:
        raise ValueError(f"its format is {found['format']!r}; this release reads {FORMAT}")
    about = About(**{name: found[name] for name in About.__slots__})
    if about.version > len(migrations()):
        raise DatabaseTooNew(
            f"the backup has version {about.version}; this release knows versions up to {len(migrations())}",
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
