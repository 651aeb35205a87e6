"""The space that opening a database takes is found out before it is opened, and SQLite's errors say what they mean."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.files.allocation import START_BYTES, TooLittleSpace
from hero_assistance_sdk.files.disk_space import DiskSpace
from hero_assistance_server.storage import opening_space
from hero_assistance_server.storage.opening_space import require_opening_space
from hero_assistance_server.storage.sqlite.database.migrate import migrations, refuse_newer
from hero_assistance_server.storage.sqlite.errors import explain_error
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.store_fixtures import opened_sqlite

pytestmark = [pytest.mark.anyio, sqlite_only("is about the room that SQLite's file needs")]

SIZE = 3 * 1024**2


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / DATABASE
    path.write_bytes(bytes(SIZE))
    return path


@pytest.mark.parametrize("free", [SIZE, SIZE + START_BYTES - 1])
def test_a_migration_needs_as_much_as_the_database_has(
    free: int, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening_space, "read_disk_space", lambda folder: DiskSpace(0, free, 10 * SIZE))
    require_opening_space(database, migrates=False)
    with pytest.raises(TooLittleSpace, match="may need 5 MiB to bring the database up to date") as refused:
        require_opening_space(database, migrates=True)
    assert refused.value.hint == "free some space on this disk"


def test_where_there_is_room_nothing_is_refused(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening_space, "read_disk_space", lambda folder: DiskSpace(0, SIZE + START_BYTES, 10 * SIZE))
    require_opening_space(database, migrates=True)
    require_opening_space(database.with_name("not there"), migrates=True)


async def test_a_start_writes_less_than_is_asked_for(hero_root: Path) -> None:
    """All of it: the database, its log and the index of that."""
    async with opened_sqlite(hero_root):
        assert _measure(hero_root) < START_BYTES


def _measure(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_migrations_that_are_missing_are_counted(tmp_path: Path) -> None:
    assert refuse_newer(tmp_path / DATABASE, migrations()) == len(migrations())


def test_a_full_disk_is_called_by_its_name() -> None:
    """SQLite's own text may be that of another connection."""
    assert explain_error(apsw.FullError("not an error")) == ("the disk is full", "free some space on this disk")
    assert explain_error(apsw.BusyError("not an error")) == ("BusyError", None)
    assert explain_error(apsw.BusyError("database is locked")) == ("database is locked", None)
