"""From an export to a data folder, which was empty before and is whole afterwards, or untouched."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.backups.exchange_folders import exchange
from hero_assistance_server.backups.snapshot import contents
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import ABOUT, FORMAT, Exported, copy_file
from hero_assistance_server.exports.tables import Table, insert, tables
from hero_assistance_server.jobs.background_jobs import ProgressCallback
from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.files import FOLDER, Files, sync_folder
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.sqlite import list_index, search, tickets
from hero_assistance_server.storage.sqlite.connection import open_writer
from hero_assistance_server.storage.sqlite.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.store import DATABASE

# The longest row is a ticket of 64 KiB, in which JSON may write each byte as six.
_LINE_LIMIT = 16 * 1024 * 1024


def read_export(source: Path, data: Path, told: ProgressCallback) -> Exported:
    """Import an export into the data folder of an empty project.

    Raises `DataInUse` while a server runs, `DatabaseTooNew`, or `ImportRefused`; nothing has changed then.
    """
    with locked_folder(data):
        _refuse_full(data)
        made = Path(tempfile.mkdtemp(prefix=f".{data.name}.import.", dir=data.parent))
        try:
            with locked_folder(made):
                imported = _read(source, made, told)
                exchange(data, made)
                sync_folder(data.parent)
        except (OSError, apsw.Error, ValueError, KeyError, TypeError) as error:
            raise ImportRefused(f"{source} cannot be imported; nothing has changed", hint=str(error)) from error
        finally:
            # The half of an import, or the empty folder that was there before.
            shutil.rmtree(made, ignore_errors=True)
    return imported


def _refuse_full(data: Path) -> None:
    if not (data / DATABASE).exists():
        return
    if any(contents(data / DATABASE).rows.values()):
        raise ImportRefused(f"there is a project in {data} already", hint="move that folder away first")


def _read(source: Path, made: Path, told: ProgressCallback) -> Exported:
    about = _about(source)
    connection = open_writer(made / DATABASE)
    try:
        migrate(connection, migrations())
        connection.execute("BEGIN IMMEDIATE")
        # Tables come by name, and refer to each other.
        connection.pragma("defer_foreign_keys", True)
        known = {table.name: table for table in tables(connection)}
        for number, (name, written) in enumerate(about["tables"].items()):
            told(number, len(about["tables"]))
            _read_lines(connection, known[name], source / f"{known[name].name}.jsonl", written)
        _place(connection)
        connection.execute("COMMIT")
        digests = [row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM attachments ORDER BY 1")]
    finally:
        connection.close()
    contents(made / DATABASE)
    for number, digest in enumerate(digests, 1):
        copy_file(Files(source / FOLDER).path(digest), Files(made / FOLDER).path(digest), digest)
        told(number, len(digests))
    return Exported({name: int(one["rows"]) for name, one in about["tables"].items()}, len(digests))


def _about(source: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads((source / ABOUT).read_bytes())
    if about["format"] != FORMAT:
        raise ValueError(f"its format is {about['format']!r}; this release reads {FORMAT}")
    if about["version"] > len(migrations()):
        raise DatabaseTooNew(
            f"the export has version {about['version']}; this release knows versions up to {len(migrations())}",
            hint="install the release that made it, or a newer one",
        )
    return about


def _read_lines(connection: apsw.Connection, table: Table, path: Path, written: dict[str, Any]) -> None:
    digest, count = hashlib.sha256(), 0
    with path.open("rb") as file:
        while line := file.readline(_LINE_LIMIT):
            insert(connection, table, line)
            digest.update(line)
            count += 1
    if (count, digest.hexdigest()) != (written["rows"], written["sha256"]):
        raise ValueError(f"{path.name} is not what {ABOUT} says")


def _place(connection: apsw.Connection) -> None:
    """List, count and index every ticket, as the transactions did that made it."""
    ids = connection.execute("SELECT ticket_id FROM tickets ORDER BY ticket_id")
    for (ticket_id,) in ids:
        ticket = tickets.find(connection, TicketId(ticket_id))
        if ticket is not None:
            list_index.move(connection, [(None, ticket)])
            search.index(connection, [ticket])
