"""Puts what was fetched of a replica in the place of the data folder: a database, and the files of attachments.

The last files may be missing, where the machine ended before they were copied. Threads still name them; they cannot be
opened, and backups are made without them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_server.backups.data_replacement import replace_data
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.storage.database_files import Contents, DatabaseFileError, DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.file_copies import copy_checked, create_attachment, sync_attachments
from hero_assistance_server.storage.files import FOLDER, Files


@dataclass(frozen=True, slots=True)
class RestoredReplica:
    """What was put in place, the SHA-256 of each file that is missing, and the folder with what was there before."""

    contents: Contents
    attachments: int
    missing: tuple[str, ...]
    previous: Path


def restore_replica(
    database: DatabaseFiles, fetched: Path, data: Path, now: datetime, report: ProgressCallback
) -> RestoredReplica:
    """Replace the data folder by a database and the attachments that were fetched into a folder.

    Raises `DataInUse` while a server runs, `DatabaseTooNew` or `RestoreFailed`; nothing has changed then.
    """
    if not (fetched / database.name).is_file():
        raise RestoreFailed(f"there is no {database.name} in {fetched}")
    (contents, whole, missing), previous = replace_data(
        database, data, now, lambda made: _fill(database, fetched, made, report)
    )
    return RestoredReplica(contents, len(whole), tuple(missing), previous)


def _fill(
    database: DatabaseFiles, fetched: Path, made: Path, report: ProgressCallback
) -> tuple[Contents, list[str], list[str]]:
    copy = made / database.name
    shutil.copyfile(fetched / database.name, copy)
    copy.chmod(0o600)
    try:
        contents = database.check(copy)
    except (ValueError, DatabaseFileError) as error:
        raise RestoreFailed("the replica's database is damaged", hint=str(error)) from error
    if contents.version > database.version:
        raise DatabaseTooNew(
            f"the replica has version {contents.version}; this release knows versions up to {database.version}",
            hint="install the release that wrote it",
        )
    database.delete_unused_uploads(copy)
    wanted = database.list_attachment_files(copy)
    with ConfinedFolder.open(made) as into:
        whole = [digest for digest in _report_each(wanted, report) if _copy(Files(fetched / FOLDER), digest, into)]
        sync_attachments(into, whole)
    missing = sorted(set(wanted) - set(whole))
    database.delete_attachments(copy, missing)
    return contents, whole, missing


def _report_each(digests: list[str], report: ProgressCallback) -> Iterable[str]:
    for done, digest in enumerate(digests, 1):
        yield digest
        report(done, len(digests))


def _copy(files: Files, digest: str, into: ConfinedFolder) -> bool:
    """Copy one file, checked; returns false where it is missing, or damaged."""
    try:
        with files.open(digest) as source:
            copy_checked(source, digest)
            source.seek(0)
            with create_attachment(into, digest) as file:
                copy_checked(source, digest, file.write)
    except (FileNotFoundError, ValueError):
        return False
    return True
