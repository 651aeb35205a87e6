"""What was fetched of a replica becomes the data: a database that Litestream has copied, and files that may lack."""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.backups.errors import RestoreFailed
from hero_assistance_server.backups.replica import restore_replica
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.storage.errors import DatabaseTooNew, DataInUse
from hero_assistance_server.storage.sqlite.database.connection import (
    CHECKPOINT_PAGES,
    LITESTREAM_TABLES,
    REPLICATED_CHECKPOINT_PAGES,
    open_writer,
)
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.backup_samples import CONTENT, NOW, SQLITE, backed_up, fill_past, read_everything, silent
from tests.server.desk import Desk, running
from tests.server.uploads import digest, kept

pytestmark = [pytest.mark.anyio, sqlite_only("is about backups of SQLite; PostgreSQL has its own")]


def fetch(paths: Paths) -> Path:
    """Copy the data as a replica has them, with the tables that Litestream makes."""
    fetched = paths.root / "fetched"
    shutil.copytree(paths.data, fetched)
    copy = apsw.Connection(str(fetched / DATABASE))
    for table in LITESTREAM_TABLES:
        copy.execute(f"CREATE TABLE {table} (id INTEGER)")
    copy.close()
    return fetched


async def make_past(paths: Paths) -> tuple[Path, list[object]]:
    async with running(paths) as desk:
        await fill_past(desk)
        before = await read_everything(desk)
    return fetch(paths), before


async def read_tables(desk: Desk) -> set[str]:
    return {str(name) for (name,) in desk.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


async def test_a_replica_becomes_the_data(paths: Paths) -> None:
    fetched, before = await make_past(paths)
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="later", body="b")
        with pytest.raises(DataInUse):
            restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    done = restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    assert (done.attachments, done.missing) == (1, ())
    assert kept(paths) == [digest(CONTENT)]
    async with running(paths) as desk:
        assert await read_everything(desk) == before
        assert (await desk.http().get("/attachments/1", headers=desk.headers("bob"))).content == CONTENT
        assert not await read_tables(desk) & set(LITESTREAM_TABLES)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"half")])
async def test_an_attachment_without_its_file_is_only_named(paths: Paths, damage: object) -> None:
    """The desk can be backed up again, too."""
    fetched, _ = await make_past(paths)
    name = digest(CONTENT)
    damage(fetched / "attachments" / name[:2] / name[2:])  # type: ignore[operator]
    done = restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    assert (done.attachments, done.missing) == (0, (name,))
    async with running(paths) as desk:
        named = (await desk.call("ticket.get", "bob", ticket_id=1))["attachments"]
        assert [one["name"] for one in named] == ["used"]
        assert (await desk.http().get("/attachments/1", headers=desk.headers("bob"))).status_code == 404
        assert desk.execute("SELECT bytes FROM stored_bytes WHERE scope = 'project'") == [(0,)]
    assert backed_up(paths)[1].attachments == 0


async def test_what_is_no_replica_changes_nothing(paths: Paths) -> None:
    fetched, before = await make_past(paths)
    with pytest.raises(RestoreFailed, match="there is no"):
        restore_replica(SQLITE, paths.root, paths.data, NOW, silent)
    newer = apsw.Connection(str(fetched / DATABASE))
    newer.pragma("user_version", SQLITE.version + 1)
    newer.close()
    with pytest.raises(DatabaseTooNew):
        restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    (fetched / DATABASE).write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(RestoreFailed, match="damaged"):
        restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    async with running(paths) as desk:
        assert await read_everything(desk) == before


async def test_a_database_that_does_not_take_what_a_restore_changes_is_refused(paths: Paths) -> None:
    fetched, before = await make_past(paths)
    other = apsw.Connection(str(fetched / DATABASE))
    other.execute("ALTER TABLE deliveries RENAME COLUMN key TO other")
    other.close()
    with pytest.raises(RestoreFailed, match="nothing has changed") as refused:
        restore_replica(SQLITE, fetched, paths.data, NOW, silent)
    assert "no such column: key" in str(refused.value.hint)
    async with running(paths) as desk:
        assert await read_everything(desk) == before


async def test_backups_and_exports_are_without_the_tables_of_litestream(paths: Paths) -> None:
    fetched, _ = await make_past(paths)
    shutil.copyfile(fetched / DATABASE, paths.data / DATABASE)
    _, about = backed_up(paths)
    exported = write_export(SQLITE, paths.data, paths.root / "export", silent)
    assert not {*about.rows, *exported.rows} & set(LITESTREAM_TABLES)


def test_litestream_checkpoints_what_is_replicated(tmp_path: Path) -> None:
    for is_replicated, pages in ((False, CHECKPOINT_PAGES), (True, REPLICATED_CHECKPOINT_PAGES)):
        connection = open_writer(tmp_path / f"{pages}.db", is_replicated=is_replicated)
        assert connection.pragma("wal_autocheckpoint") == pages
        connection.close()
