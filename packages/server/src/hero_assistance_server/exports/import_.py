"""Imports an export into an empty data folder, completely or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hero_assistance_sdk.durable_files import sync_folder
from hero_assistance_sdk.size_limits import ROW_BYTES
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import ABOUT, FORMAT, Exported, copy_file
from hero_assistance_server.storage.database_files import (
    DatabaseFileError,
    DatabaseFiles,
    ProgressCallback,
    TableWriter,
)
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.files import FOLDER, Files
from hero_assistance_server.storage.folder_lock import locked_folder

# A line is a row: a ticket, a message or a macro, with room for what other releases wrote.
_LINE_LIMIT = 16 * ROW_BYTES


def read_export(database: DatabaseFiles, source: Path, data: Path, report: ProgressCallback) -> Exported:
    """Import an export into the data folder of an empty project.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, or `ImportRefused`; nothing has changed then.
    """
    with locked_folder(data):
        _refuse_full(database, data)
        made = Path(tempfile.mkdtemp(prefix=f".{data.name}.import.", dir=data.parent))
        try:
            with locked_folder(made):
                imported = _read(database, source, made, report)
                exchange(data, made)
                sync_folder(data.parent)
        except (OSError, DatabaseFileError, ValueError, KeyError, TypeError) as error:
            raise ImportRefused(f"{source} cannot be imported; nothing has changed", hint=str(error)) from error
        finally:
            # The half of an import, or the empty folder that was there before.
            shutil.rmtree(made, ignore_errors=True)
    return imported


def _refuse_full(database: DatabaseFiles, data: Path) -> None:
    path = data / database.name
    if path.exists() and any(database.check(path).rows.values()):
        raise ImportRefused(f"there is a project in {data} already", hint="move that folder away first")


def _read(database: DatabaseFiles, source: Path, made: Path, report: ProgressCallback) -> Exported:
    about = _about(source, database.version)
    tables: dict[str, dict[str, Any]] = about["tables"]
    with database.create(made / database.name) as writer:
        for number, (name, written) in enumerate(tables.items()):
            report(number, len(tables))
            if name not in writer.tables:
                raise ValueError(f"there is no table {name}")
            _read_lines(writer, name, source / f"{name}.jsonl", written)
        digests = writer.complete(about["version"])
    database.check(made / database.name)
    for number, digest in enumerate(digests, 1):
        copy_file(Files(source / FOLDER).path(digest), Files(made / FOLDER).path(digest), digest)
        report(number, len(digests))
    return Exported({name: int(one["rows"]) for name, one in tables.items()}, len(digests))


def _about(source: Path, known_version: int) -> dict[str, Any]:
    about: dict[str, Any] = json.loads((source / ABOUT).read_bytes())
    if about["format"] != FORMAT:
        raise ValueError(f"its format is {about['format']!r}; this release reads {FORMAT}")
    if about["version"] > known_version:
        raise DatabaseTooNew(
            f"the export has version {about['version']}; this release knows versions up to {known_version}",
            hint="install the release that made it, or a newer one",
        )
    return about


def _read_lines(writer: TableWriter, table: str, path: Path, written: dict[str, Any]) -> None:
    digest, count = hashlib.sha256(), 0
    with path.open("rb") as file:
        while line := file.readline(_LINE_LIMIT):
            writer.insert(table, line)
            digest.update(line)
            count += 1
    if (count, digest.hexdigest()) != (written["rows"], written["sha256"]):
        raise ValueError(f"{path.name} is not what {ABOUT} says")
