"""Imports an export into an empty data folder or database, completely or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_sdk.files.data_folder import DatabaseState, find_state
from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_sdk.size_limits import ROW_BYTES
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import ABOUT, FORMAT, Exported, lines_name
from hero_assistance_server.storage.database_files import (
    DatabaseFileError,
    DatabaseFiles,
    ProgressCallback,
    TableWriter,
    explain_failure,
)
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.file_copies import copy_checked, create_attachment, sync_attachments
from hero_assistance_server.storage.files import FOLDER, Files, file_name
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.partial_folders import partial_folder, remove_partial_folders
from hero_assistance_server.storage.project_transfer import ImportTarget

# A line is a row: a ticket, a message or a macro, with room for what other releases wrote.
_LINE_LIMIT = 16 * ROW_BYTES
# What a folder that was made to harm can raise in the libraries that read it.
_UNREADABLE = (
    OSError,
    DatabaseFileError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
)


def read_export(database: DatabaseFiles, source: Path, data: Path, report: ProgressCallback) -> Exported:
    """Import an export into the data folder of an empty project.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, or `ImportRefused`; nothing has changed then.
    """
    with locked_folder(data):
        _refuse_full(database, data)
        remove_partial_folders(data.parent)
        try:
            with partial_folder(data.parent, "import") as made:
                with locked_folder(made), ConfinedFolder.open(source) as export:
                    imported = _read(database, export, made, report)
                    exchange(data, made)
                    sync_folder(data.parent)
                # The empty folder that was there before.
                shutil.rmtree(made, ignore_errors=True)
        except _UNREADABLE as error:
            reason, hint = explain_failure(error)
            told = f"{reason}; {hint}" if hint else reason
            raise ImportRefused(f"{source} cannot be imported; nothing has changed", hint=told) from error
    return imported


def import_project(target: ImportTarget, source: Path, report: ProgressCallback) -> Exported:
    """Import an export into an empty database of another kind; raises what `read_export` raises, or `Conflict`."""
    try:
        with ConfinedFolder.open(source) as export:
            about = _read_about(export, target.version)
            if about["version"] < target.oldest_version:
                raise ValueError(
                    f"it has version {about['version']}, and this database takes {target.oldest_version} or newer; "
                    "import it into a desk with SQLite first, and export that"
                )
            with target.receive() as writer:
                digests = _read_tables(about, export, writer, report)
                for number, digest in enumerate(digests, 1):
                    with export.read(f"{FOLDER}/{file_name(digest)}") as file:
                        writer.write_file(digest, file)
                    report(number, len(digests))
    except _UNREADABLE as error:
        reason, hint = explain_failure(error)
        told = f"{reason}; {hint}" if hint else reason
        raise ImportRefused(f"{source} cannot be imported; nothing has changed", hint=told) from error
    return _count(about, digests)


def _refuse_full(database: DatabaseFiles, data: Path) -> None:
    """Refuse to import where anything would be lost: what is there is deleted at the end."""
    if _has_rows(database, data / database.name):
        raise ImportRefused(f"there is a project in {data} already", hint="move that folder away first")
    if Files(data / FOLDER).has_any():
        raise ImportRefused(f"there are attachments in {data} already", hint="move that folder away first")


def _has_rows(database: DatabaseFiles, path: Path) -> bool:
    if find_state(path.parent) is not DatabaseState.THERE:
        return False
    try:
        return any(database.check(path).rows.values())
    except (DatabaseFileError, ValueError) as error:
        raise ImportRefused(f"{path} cannot be read: {error}", hint="move its folder away first") from error


def _read(database: DatabaseFiles, source: ConfinedFolder, made: Path, report: ProgressCallback) -> Exported:
    about = _read_about(source, database.version)
    with database.create(made / database.name) as writer:
        digests = _read_tables(about, source, writer, report)
    database.check(made / database.name)
    _copy_files(source, made, digests, report)
    return _count(about, digests)


def _read_tables(
    about: dict[str, Any], source: ConfinedFolder, writer: TableWriter, report: ProgressCallback
) -> list[str]:
    """Write the rows of every table, and return the SHA-256 of each file that they name."""
    tables: dict[str, dict[str, Any]] = about["tables"]
    for number, (name, written) in enumerate(tables.items()):
        report(number, len(tables))
        if name in writer.former_tables:
            continue
        if name not in writer.tables:
            raise ValueError(f"there is no table {name}")
        _read_lines(writer, name, source, written)
    digests = writer.complete(about["version"])
    if len(digests) != about["files"]:
        raise ValueError(f"it has {len(digests)} files, and {ABOUT} says {about['files']}")
    return digests


def _count(about: dict[str, Any], digests: Sequence[str]) -> Exported:
    return Exported({name: int(one["rows"]) for name, one in about["tables"].items()}, len(digests))


def _copy_files(source: ConfinedFolder, made: Path, digests: Sequence[str], report: ProgressCallback) -> None:
    """Check every attachment, and only then copy them, each of which is checked once more."""
    steps = 2 * len(digests)
    for number, digest in enumerate(digests, 1):
        with source.read(f"{FOLDER}/{file_name(digest)}") as file:
            copy_checked(file, digest)
        report(number, steps)
    with ConfinedFolder.open(made) as target:
        for number, digest in enumerate(digests, len(digests) + 1):
            with source.read(f"{FOLDER}/{file_name(digest)}") as file, create_attachment(target, digest) as copy:
                copy_checked(file, digest, copy.write)
            report(number, steps)
        sync_attachments(target, digests)


def _read_about(source: ConfinedFolder, known_version: int) -> dict[str, Any]:
    with source.read(ABOUT) as file:
        about: dict[str, Any] = json.loads(file.read(_LINE_LIMIT))
    if about["format"] != FORMAT:
        raise ValueError(f"its format is {about['format']!r}; this release reads {FORMAT}")
    if about["version"] > known_version:
        raise DatabaseTooNew(
            f"the export has version {about['version']}; this release knows versions up to {known_version}",
            hint="install the release that made it, or a newer one",
        )
    return about


def _read_lines(writer: TableWriter, table: str, source: ConfinedFolder, written: dict[str, Any]) -> None:
    digest, count, name = hashlib.sha256(), 0, lines_name(table)
    with source.read(name) as file:
        while line := file.readline(_LINE_LIMIT):
            writer.insert(table, line)
            digest.update(line)
            count += 1
    if (count, digest.hexdigest()) != (written["rows"], written["sha256"]):
        raise ValueError(f"{name} is not what {ABOUT} says")
