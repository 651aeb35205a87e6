"""Opens what keeps a project: SQLite in the data folder, or the PostgreSQL that the setting `DATABASE` names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.files.allocation import START_BYTES, require_space
from hero_assistance_sdk.files.data_folder import NODE_MARK
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.folder_lock import locked_folder
from hero_assistance_server.storage.opening_space import require_opening_space
from hero_assistance_server.storage.project_transfer import ExportSource, ImportTarget
from hero_assistance_server.storage.sqlite import store as sqlite
from hero_assistance_server.storage.sqlite.database.migrate import migrations, refuse_newer

_MARK = b"The desk is in the PostgreSQL database that DATABASE names; here is what one node of it needs.\n"

Publish = Callable[[StoredEvent], None]


@asynccontextmanager
async def open_storage(
    folder: Path,
    database: str | None,
    *,
    clock: Callable[[], datetime],
    publish: Publish,
    health: Health,
    is_replicated: bool = False,
) -> AsyncIterator[FileStorage]:
    """Open the PostgreSQL of the URL `database`, or the file in the folder; raises what their `open_store` raises.

    `folder` is the data folder, which a node on PostgreSQL has for itself. `health` hears of damage, and that the
    database is away.
    """
    if database is None:
        async with sqlite.open_store(
            folder, clock=clock, publish=publish, health=health, is_replicated=is_replicated
        ) as store:
            (folder / NODE_MARK).unlink(missing_ok=True)
            yield store
        return
    refuse_replica(is_replicated=is_replicated)
    # psycopg is imported only where it is used.
    from hero_assistance_server.storage.postgres import store as postgres

    with locked_folder(folder):
        async with postgres.open_store(
            database, clock=clock, publish=publish, folder=folder, health=health
        ) as node_store:
            write_atomic(folder / NODE_MARK, _MARK)
            yield node_store


def require_openable(folder: Path, database: str | None) -> None:
    """Raise what will keep the storage from being opened, as far as that is known while another server has it."""
    if database is None:
        path = folder / sqlite.DATABASE
        require_opening_space(path, migrates=refuse_newer(path, migrations()) > 0)
        return
    from hero_assistance_server.storage.postgres.opening import check_database

    require_space(folder, START_BYTES, "a start")
    check_database(database)


def find_export_source(database: str) -> ExportSource:
    """Return the PostgreSQL that an export reads."""
    from hero_assistance_server.storage.postgres.transfer.export_source import PostgresExportSource

    return PostgresExportSource(database)


def find_import_target(database: str) -> ImportTarget:
    """Return the PostgreSQL that an import fills."""
    from hero_assistance_server.storage.postgres.transfer.import_target import PostgresImportTarget

    return PostgresImportTarget(database)


def report_database(database: str) -> dict[str, Any]:
    """Return what `hero_assistance doctor` says of a PostgreSQL; raises what keeps it from being opened."""
    from hero_assistance_server.storage.postgres import report

    return asdict(report.report_database(database))


def refuse_replica(*, is_replicated: bool) -> None:
    """Raise `Conflict` where a replica is set up of a desk on PostgreSQL: the file that it copies is not the desk."""
    if is_replicated:
        raise Conflict(
            "a replica is set up, and Litestream copies SQLite alone; DATABASE names a PostgreSQL",
            hint="hero_assistance replicate remove, and a standby of PostgreSQL in its place",
        )
