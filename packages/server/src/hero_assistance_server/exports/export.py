"""Writes an export from a snapshot of a project, so that a running server goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_sdk.files.durable_files import sync_folder
from hero_assistance_server.exports.errors import ExportFailed
from hero_assistance_server.storage.database_files import (
    DatabaseFileError,
    DatabaseFiles,
    ProgressCallback,
    explain_failure,
)
from hero_assistance_server.storage.file_copies import copy_checked, create_attachment, flush, sync_attachments
from hero_assistance_server.storage.partial_folders import partial_folder, remove_partial_folders
from hero_assistance_server.storage.project_transfer import ExportSource, FolderSource

FORMAT = 1
ABOUT = "project.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """How much is in an export: rows of each table, and files."""

    rows: dict[str, int]
    files: int


def write_export(database: DatabaseFiles, data: Path, target: Path, report: ProgressCallback) -> Exported:
    """Export a data folder into the new folder `target`; raises `ExportFailed`, and nothing of it is left then."""
    if not (data / database.name).exists():
        raise ExportFailed(f"there is no database in {data}", hint="a server makes one at its first start")
    return export_project(FolderSource(database, data), target, report)


def export_project(source: ExportSource, target: Path, report: ProgressCallback) -> Exported:
    """Export a project into the new folder `target`; raises `ExportFailed`, and nothing of it is left then."""
    if target.exists():
        raise ExportFailed(f"{target} is there already", hint="name a folder that is not")
    try:
        remove_partial_folders(target.parent)
        with partial_folder(target.parent, "export") as made:
            with ConfinedFolder.open(made) as folder:
                exported = _write(source, folder, report)
            made.rename(target)
            sync_folder(target.parent)
    except (OSError, ValueError, DatabaseFileError) as error:
        reason, hint = explain_failure(error)
        raise ExportFailed(f"{target} cannot be written: {reason}", hint=hint) from error
    return exported


def _write(source: ExportSource, made: ConfinedFolder, report: ProgressCallback) -> Exported:
    written: dict[str, dict[str, Any]] = {}
    with source.read_tables() as reader:
        for number, table in enumerate(reader.tables):
            report(number, len(reader.tables))
            written[table] = _write_lines(made, lines_name(table), reader.lines(table))
        digests = reader.list_attachment_files()
        version = reader.version
    with source.read_files() as open_file:
        for number, digest in enumerate(digests, 1):
            with open_file(digest) as stored, create_attachment(made, digest) as file:
                copy_checked(stored, digest, file.write)
            report(number, len(digests))
    about = {"format": FORMAT, "version": version, "tables": written, "files": len(digests)}
    _write_lines(made, ABOUT, [json.dumps(about, indent=2).encode() + b"\n"])
    sync_attachments(made, digests)
    return Exported({name: int(one["rows"]) for name, one in written.items()}, len(digests))


def lines_name(table: str) -> str:
    """Return the name of the file with the rows of a table."""
    return f"{table}.jsonl"


def _write_lines(folder: ConfinedFolder, name: str, rows: Iterable[bytes]) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with folder.create(name) as file:
        for row in rows:
            file.write(row)
            digest.update(row)
            count += 1
        flush(file)
    return {"rows": count, "sha256": digest.hexdigest()}
