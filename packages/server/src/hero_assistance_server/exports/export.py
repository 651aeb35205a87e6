"""Writes an export from a snapshot of a data folder, so that a running server goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.durable_files import sync_folder
from hero_assistance_server.exports.errors import ExportFailed
from hero_assistance_server.storage.database_files import DatabaseFileError, DatabaseFiles, ProgressCallback
from hero_assistance_server.storage.files import FOLDER, Files

FORMAT = 1
ABOUT = "project.json"
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exported:
    """How much is in an export: rows of each table, and files."""

    rows: dict[str, int]
    files: int


def write_export(database: DatabaseFiles, data: Path, target: Path, report: ProgressCallback) -> Exported:
    """Export the data folder into the new folder `target`; raises `ExportFailed`, and nothing of it is left then."""
    if target.exists():
        raise ExportFailed(f"{target} is there already", hint="name a folder that is not")
    if not (data / database.name).is_file():
        raise ExportFailed(f"there is no database in {data}", hint="a server makes one at its first start")
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            exported = _write(database, data, made, report)
            made.rename(target)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        sync_folder(target.parent)
    except (OSError, DatabaseFileError) as error:
        raise ExportFailed(f"{target} cannot be written", hint=str(error)) from error
    return exported


def _write(database: DatabaseFiles, data: Path, made: Path, report: ProgressCallback) -> Exported:
    written: dict[str, dict[str, Any]] = {}
    with database.read_tables(data / database.name) as reader:
        for number, table in enumerate(reader.tables):
            report(number, len(reader.tables))
            written[table] = _write_lines(made / f"{table}.jsonl", reader.lines(table))
        digests = reader.list_attachment_files()
        version = reader.version
    for number, digest in enumerate(digests, 1):
        copy_file(Files(data / FOLDER).path(digest), Files(made / FOLDER).path(digest), digest)
        report(number, len(digests))
    about = {"format": FORMAT, "version": version, "tables": written, "files": len(digests)}
    _write_lines(made / ABOUT, [json.dumps(about, indent=2).encode() + b"\n"])
    return Exported({name: int(one["rows"]) for name, one in written.items()}, len(digests))


def _write_lines(path: Path, rows: Iterable[bytes]) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with path.open("xb") as file:
        for row in rows:
            file.write(row)
            digest.update(row)
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return {"rows": count, "sha256": digest.hexdigest()}


def copy_file(source: Path, target: Path, digest: str) -> None:
    """Copy an attachment to a new place on the disk; raises `OSError`, also where its bytes are others."""
    found = hashlib.sha256()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as write:
        target.chmod(0o600)
        while chunk := read.read(_CHUNK):
            found.update(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    if found.hexdigest() != digest:
        raise OSError(f"the attachment {digest} is damaged")
