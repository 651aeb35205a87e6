"""The file of a backup: a tar archive that any tool opens, in an order that is always the same.

backup.json         what is in it: format, version, time, rows of each table, size and SHA-256 of the database
tickets.db          the database, in one file
attachments/ab/cd   each attachment, by its SHA-256, in order
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_sdk.release import release_id
from hero_assistance_server.backups import about
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive_reader import member_name, read_backup
from hero_assistance_server.backups.errors import BackupDamaged, BackupFailed
from hero_assistance_server.storage.database_files import (
    DatabaseFileError,
    DatabaseFiles,
    ProgressCallback,
    explain_failure,
)
from hero_assistance_server.storage.files import FOLDER, Files
from hero_assistance_server.storage.partial_folders import partial_folder, remove_partial_folders

_FILE_MODE = 0o600


def write_backup(database: DatabaseFiles, data: Path, target: Path, now: datetime, report: ProgressCallback) -> About:
    """Make a backup of the data folder in the file `target`, check it, and only then put it in its place.

    Raises `BackupFailed`; what was in that place before stays then.
    """
    if not (data / database.name).exists():
        raise BackupFailed(f"there is no database in {data}", hint="a server makes one at its first start")
    try:
        remove_partial_folders(target.parent)
        with partial_folder(target.parent, "backup") as folder:
            made = folder / "backup.tar"
            _write(database, data, made, now, report)
            told = read_backup(database, made, report)
            made.rename(target)
            sync_folder(target.parent)
            return told
    except BackupDamaged as error:
        raise BackupFailed(f"the backup did not stand its check: {error.message}", hint=error.hint) from error
    except (OSError, ValueError, DatabaseFileError) as error:
        reason, hint = explain_failure(error)
        raise BackupFailed(f"{target} cannot be written: {reason}", hint=hint) from error


def _write(database: DatabaseFiles, data: Path, made: Path, now: datetime, report: ProgressCallback) -> None:
    copy = made.with_name(database.name)
    database.copy(data / database.name, copy, report)
    digests = database.list_attachment_files(copy)
    described = _describe(database, copy, len(digests), now)
    files = Files(data / FOLDER)
    with made.open("xb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            text = described.encode()
            archive.addfile(_member(about.NAME, len(text), now), io.BytesIO(text))
            with copy.open("rb") as file:
                _add(archive, database.name, file, now)
            for number, digest in enumerate(digests, 1):
                with files.open(digest) as file:
                    _add(archive, member_name(digest), file, now)
                report(number, described.attachments)
        out.flush()
        os.fsync(out.fileno())
    made.chmod(_FILE_MODE)


def _describe(database: DatabaseFiles, copy: Path, attachments: int, now: datetime) -> About:
    try:
        found = database.check(copy)
    except ValueError as error:
        raise BackupFailed(f"the database cannot be backed up: {error}", hint="restore the last backup") from error
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = copy.stat().st_size
    return About(about.FORMAT, now.isoformat(), release_id(), found.version, found.rows, attachments, size, digest)


def _add(archive: tarfile.TarFile, name: str, file: BinaryIO, now: datetime) -> None:
    archive.addfile(_member(name, os.fstat(file.fileno()).st_size, now), file)


def _member(name: str, size: int, now: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(now.timestamp()), _FILE_MODE
    return member
