"""Commands on the data that need no running server; `hero_assistance` hands them on to here."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.files.data_folder import DATABASE as DATABASE_FILE
from hero_assistance_sdk.files.data_folder import NODE_MARK
from hero_assistance_sdk.hero_proc.settings import SecretName, SettingsReader, Source
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.about import About
from hero_assistance_server.backups.archive import write_backup
from hero_assistance_server.backups.replica import restore_replica
from hero_assistance_server.backups.restore import restore
from hero_assistance_server.backups.service import NAMES, PG_DUMP
from hero_assistance_server.database_setting import read_database_setting
from hero_assistance_server.exports.export import Exported, export_project, write_export
from hero_assistance_server.exports.import_ import import_project, read_export
from hero_assistance_server.storage.engines import (
    find_export_source,
    find_import_target,
    open_storage,
    report_database,
)
from hero_assistance_server.storage.sqlite.transfer.database_files import SqliteDatabaseFiles
from hero_assistance_server.users.demo_users import remove_demo_users
from hero_assistance_server.users.model import User

DATABASE = SqliteDatabaseFiles()
_PG_RESTORE = "pg_restore --clean --if-exists --host=HOST --username=USER --dbname=DATABASE FILE, while no server runs"
_STANDBY = "promote a standby of PostgreSQL, or restore a dump with pg_restore"

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_file = click.Path(path_type=Path)


class Meter:
    """Prints on standard error how far the work is: one line on a terminal, a line each tenth elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._printed = -1

    def __call__(self, done: int, total: int) -> None:
        """Print the percentage, unless it was printed already."""
        percent = 100 * done // max(total, 1)
        live = sys.stderr.isatty()
        printed = percent if live else percent // 10 * 10
        if printed != self._printed:
            self._printed = printed
            print(f"{self._what} {printed:3} %", end="\r" if live else "\n", file=sys.stderr, flush=True)


@click.command("backup")
@click.argument("file", type=_file)
@_json
def backup_command(*, file: Path, as_json: bool) -> None:
    """Back up everything into FILE, or into a new file of the folder FILE; a running server goes on."""
    _refuse_postgres(PG_DUMP)
    now = datetime.now(UTC)
    target = (file / NAMES.name(now) if file.is_dir() else file).absolute()
    about = write_backup(DATABASE, Paths.from_environ().data, target, now, Meter("backup"))
    _print(about, as_json, f"wrote {target}", file=str(target), bytes=target.stat().st_size)


@click.command("restore")
@click.argument("file", type=_file)
@_json
def restore_command(*, file: Path, as_json: bool) -> None:
    """Put the backup FILE in the place of the data; what was there stays next to it. No server may run."""
    _refuse_postgres(_PG_RESTORE)
    done = restore(DATABASE, file.absolute(), Paths.from_environ().data, datetime.now(UTC), Meter("restore"))
    said = f"restored {file}; what was there is in {done.previous}"
    _print(done.about, as_json, said, file=str(file.absolute()), kept=str(done.previous))


@click.command("restore-replica")
@click.argument("folder", type=_file)
@_json
def restore_replica_command(*, folder: Path, as_json: bool) -> None:
    """Put what was fetched of a replica into FOLDER in the place of the data. No server may run."""
    _refuse_postgres(_STANDBY)
    done = restore_replica(
        DATABASE, folder.absolute(), Paths.from_environ().data, datetime.now(UTC), Meter("attachments")
    )
    rows = {name: done.contents.rows.get(name, 0) for name in ("users", "tickets", "messages")}
    rows["attachments"] = done.attachments
    if as_json:
        missing = list(done.missing)
        print(json.dumps({"kept": str(done.previous), "version": done.contents.version, **rows, "missing": missing}))
        return
    print(f"restored the replica; what was there is in {done.previous}")
    print(", ".join(f"{count} {name}" for name, count in rows.items()))
    if done.missing:
        print(f"{len(done.missing)} files of attachments had not been copied, and can be opened no more")


@click.command("export")
@click.argument("folder", type=_file)
@_json
def export_command(*, folder: Path, as_json: bool) -> None:
    """Write the project into the new FOLDER as JSON Lines and files; a running server goes on."""
    data, database = Paths.from_environ().data, _read_setting()
    if database is None:
        exported = write_export(DATABASE, data, folder.absolute(), Meter("export"))
    else:
        exported = export_project(find_export_source(database), folder.absolute(), Meter("export"))
    _print_rows(exported, as_json, f"exported into {folder.absolute()}")


@click.command("import")
@click.argument("folder", type=_file)
@_json
def import_command(*, folder: Path, as_json: bool) -> None:
    """Read the export FOLDER into an empty project. No server may run."""
    data, database = Paths.from_environ().data, _read_setting()
    if database is None:
        imported = read_export(DATABASE, folder.absolute(), data, Meter("import"))
    else:
        imported = import_project(find_import_target(database), folder.absolute(), Meter("import"))
    _print_rows(imported, as_json, f"imported {folder.absolute()}")


@click.command("remove-demo-users")
@_json
def remove_demo_users_command(*, as_json: bool) -> None:
    """End the access of the users of --seed-dev-users. No server may run."""
    data, database = Paths.from_environ().data, _read_setting()
    if database is None:
        _require_database(data)
    found = asyncio.run(_remove_demo_users(data, database))
    names = [user.user_id for user in found]
    if as_json:
        print(json.dumps({"removed": names}))
    else:
        print(f"deactivated: {', '.join(names)}" if names else "there are no demo users")


@click.command("database")
def database_command() -> None:
    """Print as JSON where the desk is kept, and how its PostgreSQL is."""
    database = _read_setting()
    if database is None:
        found = {"engine": "sqlite", "path": str(Paths.from_environ().data / DATABASE_FILE)}
    else:
        found = {"engine": "postgresql", **report_database(database)}
    print(json.dumps(found, indent=2))


def _read_setting() -> str | None:
    return asyncio.run(read_database_setting(Paths.from_environ()))


def _refuse_postgres(hint: str) -> None:
    """Raise `Conflict` for a desk in PostgreSQL; one whose setting no one tells has the mark of a node."""
    paths = Paths.from_environ()
    settings = asyncio.run(SettingsReader(paths, names=frozenset({SecretName.DATABASE})).refresh())
    is_node = settings.supervisor is Source.DEFAULT and (paths.data / NODE_MARK).exists()
    if settings.database is not None or is_node:
        raise Conflict("this desk is in PostgreSQL, whose own tools do that", hint=hint)


def _require_database(data: Path) -> None:
    """Raise `NotFound` where there is no database: opening one would make it."""
    if not (data / DATABASE_FILE).exists():
        raise NotFound(f"there is no database in {data}")


def _print_rows(moved: Exported, as_json: bool, said: str) -> None:
    if as_json:
        print(json.dumps({"rows": moved.rows, "files": moved.files}, indent=2))
    else:
        print(said)
        print(", ".join(f"{count} {name}" for name, count in {**moved.rows, "files": moved.files}.items()))


async def _remove_demo_users(data: Path, database: str | None) -> list[User]:
    health = Health()
    async with open_storage(
        data, database, clock=lambda: datetime.now(UTC), publish=lambda _event: None, health=health
    ) as store:
        return await store.write(remove_demo_users)


def _print(about: About, as_json: bool, said: str, **more: Any) -> None:
    rows = {name: about.rows.get(name, 0) for name in ("users", "tickets", "messages")}
    if as_json:
        print(
            json.dumps(
                {**more, "made_at": about.made_at, "version": about.version, **rows}
                | {"attachments": about.attachments},
                indent=2,
            )
        )
        return
    print(said)
    print(", ".join(f"{count} {name}" for name, count in {**rows, "attachments": about.attachments}.items()))
