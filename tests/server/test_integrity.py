"""Damage to the database is told where people and programs look, and no new desk begins over the remains of one."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.files.data_folder import find_remains
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import release_id
from hero_assistance_server.backups.archive import write_backup
from hero_assistance_server.backups.errors import BackupFailed
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.exports.errors import ImportRefused
from hero_assistance_server.exports.export import write_export
from hero_assistance_server.exports.import_ import read_export
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.jobs.maintenance import maintain
from hero_assistance_server.storage.damage import CONDITION
from hero_assistance_server.storage.errors import DatabaseUnusable, StoreUnavailable
from hero_assistance_server.storage.files import Files
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.integrity import FAULTS_LIMIT, IntegrityCheck
from hero_assistance_server.storage.sqlite.store import DATABASE, Store, open_store
from tests.capabilities import sqlite_only
from tests.server.backup_samples import NOW, SQLITE, backed_up, silent
from tests.server.desk import START_S, Child, child, running, spawn, until
from tests.server.store_fixtures import file_ticket, opened_sqlite

pytestmark = [pytest.mark.anyio, sqlite_only("checks SQLite's file for damage")]

PAGE = 4096


def filled(paths: Paths, tickets: int = 300) -> Path:
    """A database at rest with this many tickets, which is some hundred pages."""

    async def fill() -> None:
        async with opened_sqlite(paths.data) as store:
            for done in range(0, tickets, 500):
                await asyncio.gather(*(store.write(file_ticket) for _ in range(min(500, tickets - done))))

    asyncio.run(fill())
    return paths.data / DATABASE


def spoiled(database: Path, pages: int = 30) -> None:
    """Overwrite pages that a start does not read: those of the audit trail, and of the texts of tickets."""
    choice = random.Random(4)  # noqa: S311
    connection = apsw.Connection(str(database))
    tables = "SELECT pageno FROM dbstat WHERE name IN ('audit', 'tickets', 'messages', 'events') AND pagetype = 'leaf'"
    found = [page for (page,) in connection.execute(tables)]
    connection.close()
    with database.open("r+b") as file:
        for page in choice.sample(found[:-5], min(pages, len(found) - 5)):
            file.seek((page - 1) * PAGE)
            file.write(choice.randbytes(PAGE))


def spoiled_table(database: Path, table: str) -> None:
    """Overwrite the root page of one table."""
    connection = apsw.Connection(str(database))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).get
    connection.close()
    with database.open("r+b") as file:
        file.seek((root - 1) * PAGE)
        file.write(b"\xff" * PAGE)


def health_of(server: Child) -> Any:
    with server.client() as client:
        return client.call("system.health")


def test_damaged_pages_are_found_after_the_start(hero_env: dict[str, str], paths: Paths) -> None:
    """Nobody has to read or write them first; the rest is served on."""
    spoiled(filled(paths, 1000))
    with child(hero_env, paths, "--auth-mode", "dev") as server:
        deadline = time.monotonic() + START_S
        # What a caller meets first is told first; the check then says how much there is.
        while "more)" not in str(health := health_of(server)):
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.05)
        with server.client() as client:
            told = client.get("/health")
    found = health["conditions"]
    assert (told["status"], told["conditions"]) == (health["status"], found)
    assert health["status"] == "degraded"
    assert [one["name"] for one in found] == [CONDITION]
    assert found[0]["message"].startswith("the database is damaged: ")
    assert "\n" not in found[0]["message"]
    assert "hero_assistance restore" in found[0]["hint"]
    assert str(paths.root) not in str(found), "every caller may read it"
    assert "health.degraded condition=database-damaged" in server.log.read_text()


USES: dict[str, Callable[[Store], Awaitable[object]]] = {
    "read": lambda store: store.query(lambda db: list(db.execute("SELECT * FROM messages"))),
    "write": lambda store: store.write(lambda work: work.session.direct.execute("DELETE FROM messages")),
}


@pytest.mark.parametrize("kind", USES)
async def test_what_a_caller_meets_is_told_at_once(paths: Paths, kind: str) -> None:
    health = Health()
    await asyncio.to_thread(filled, paths)
    spoiled_table(paths.data / DATABASE, "messages")
    async with opened_with(paths, health) as store:
        assert names(health) == []
        with pytest.raises(StoreUnavailable):
            await USES[kind](store)
        assert names(health) == [CONDITION]
        # Other tables are read and written on.
        assert await store.query(lambda db: db.execute("SELECT count(*) FROM users").get) == 1


def names(health: Health) -> list[str]:
    return [condition.name for condition in health.conditions]


def opened_with(paths: Paths, health: Health) -> AbstractAsyncContextManager[Store]:
    return open_store(paths.data, clock=lambda: NOW, publish=lambda _: None, health=health)


async def test_a_suspicion_is_looked_into_at_once_and_not_again_and_again(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    health, checks = Health(), 0
    await asyncio.to_thread(filled, paths)
    async with opened_with(paths, health) as store:
        find = store.damage.find

        def counted(faults: Sequence[str]) -> None:
            nonlocal checks
            checks += 1
            find(faults)

        monkeypatch.setattr(store.damage, "find", counted)
        exports = Exports(store, paths.exports)
        async with maintain(store, Backups(store, paths.backups), exports, check_after=timedelta()):
            await until(lambda: checks == 1)
            store.damage.suspect()
            await until(lambda: checks == 2)
            for _ in range(20):
                store.damage.suspect()
                await asyncio.sleep(0.005)
        assert checks == 2
    assert health.conditions == ()


async def test_a_whole_database_is_no_condition(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        assert (await desk.call("system.health"))["conditions"] == []
    assert IntegrityCheck(paths.data / DATABASE).run() == []


def test_a_check_ends_when_it_is_told_to(paths: Paths) -> None:
    path = filled(paths, 2000)
    check = IntegrityCheck(path)
    check.end()
    spoiled(path)
    assert check.run() == []
    assert IntegrityCheck(path).run() != []


def test_more_faults_than_anybody_reads_are_one_line(paths: Paths) -> None:
    spoiled(filled(paths, 2000), pages=400)
    faults = IntegrityCheck(paths.data / DATABASE).run()
    assert 30 < len(faults) <= FAULTS_LIMIT
    with pytest.raises(BackupFailed) as failed:
        write_backup(SQLITE, paths.data, paths.root / "b.tar", NOW, silent)
    assert "\n" not in failed.value.message
    assert len(failed.value.line) < 500
    assert "more)" in failed.value.message


def log_of_refusal(env: dict[str, str], paths: Paths) -> str:
    """What a server says that does not start."""
    refused = spawn(env, paths, "--auth-mode", "dev")
    try:
        assert refused.process.wait(START_S) == 1
    finally:
        refused.process.kill()
    return refused.log.read_text()


# What an earlier desk may have left.
def _attachments(paths: Paths) -> None:
    (paths.data / "attachments" / ".incoming").mkdir(parents=True)


def _files(paths: Paths) -> None:
    (paths.data / "attachments" / "ab").mkdir(parents=True)


def _log(paths: Paths) -> None:
    paths.data.mkdir(parents=True, exist_ok=True)
    (paths.data / f"{DATABASE}-wal").write_bytes(b"log")


def _backup(paths: Paths) -> None:
    paths.backups.mkdir(parents=True)
    (paths.backups / "hero_assistance-20261122T120000Z.tar").write_bytes(b"tar")


def _release(paths: Paths) -> None:
    (paths.releases / "0.1.0-old").mkdir(parents=True)
    (paths.releases / "0.1.0-old" / "release.json").write_text("{}")


REMAINS: dict[str, Callable[[Paths], None]] = {
    "its attachments folder": _attachments,
    "its attachments": _files,
    "its log": _log,
    "backups in": _backup,
    "the record of release 0.1.0-old": _release,
}


def _zero(path: Path) -> None:
    path.write_bytes(b"")


def _blank(path: Path) -> None:
    connection = open_writer(path)
    connection.close()
    assert path.stat().st_size


@pytest.mark.parametrize(
    ("left", "make"),
    # A blank database with a log is one that was just made.
    [(left, make) for left in REMAINS for make in (_zero, _blank) if not (left == "its log" and make is _blank)],
)
def test_no_new_desk_begins_over_the_remains_of_one(
    hero_env: dict[str, str], paths: Paths, left: str, make: Callable[[Path], None]
) -> None:
    paths.data.mkdir(parents=True)
    make(paths.data / DATABASE)
    REMAINS[left](paths)
    before = sorted(path.relative_to(paths.root) for path in paths.var.rglob("*"))
    log = log_of_refusal(hero_env, paths)
    assert f"{paths.data / DATABASE} is empty, but there is what an earlier desk left: {left}" in log
    assert "Traceback" not in log
    assert "hint: see that its disk is mounted, or " in log
    assert sorted(path.relative_to(paths.root) for path in paths.var.rglob("*")) == before


@pytest.mark.parametrize("left", ["its attachments", "its log", "backups in"])
def test_nor_where_the_database_is_gone(paths: Paths, left: str) -> None:
    REMAINS[left](paths)
    remains = find_remains(paths)
    assert remains is not None
    assert remains.message.startswith(f"there is no {paths.data / DATABASE}, but there is ")
    assert left in remains.message
    if left == "backups in":
        assert "hero_assistance restore" in remains.hint
        assert f"move {paths.data} and {paths.backups} away" in remains.hint


def test_a_first_start_finds_no_remains(paths: Paths) -> None:
    """Neither in an empty root, nor where a disk for attachments is mounted, nor after an upgrade of the release."""
    assert find_remains(paths) is None
    (paths.data / "attachments" / "lost+found").mkdir(parents=True)
    _release(paths)
    assert find_remains(paths) is None


@pytest.mark.parametrize("make", [_zero, _blank])
async def test_what_a_killed_first_start_left_is_no_hindrance(paths: Paths, make: Callable[[Path], None]) -> None:
    paths.data.mkdir(parents=True)
    make(paths.data / DATABASE)
    (paths.releases / release_id()).mkdir(parents=True)
    (paths.releases / release_id() / "release.json").write_text("{}")
    async with running(paths) as desk:
        assert (await desk.call("system.health"))["status"] == "ok"


def test_a_database_that_is_all_in_its_log_is_there(hero_env: dict[str, str], paths: Paths) -> None:
    with child(hero_env, paths) as server:
        with server.client() as client:
            client.call("ticket.create", title="t", body="b")
        server.process.kill()
        server.process.wait()
    _backup(paths)
    assert find_remains(paths) is None
    with child(hero_env, paths) as server, server.client() as client:
        assert len(client.call("ticket.list")["tickets"]) == 1


@pytest.mark.parametrize("make", [_zero, _blank])
def test_an_empty_database_is_neither_backed_up_nor_exported(paths: Paths, make: Callable[[Path], None]) -> None:
    paths.data.mkdir(parents=True)
    make(paths.data / DATABASE)
    with pytest.raises(DatabaseUnusable, match="is empty"):
        backed_up(paths)
    with pytest.raises(DatabaseUnusable, match="is empty"):
        write_export(SQLITE, paths.data, paths.root / "export", silent)
    assert not (paths.root / "export").exists()


@pytest.mark.parametrize("make", [_zero, _blank])
def test_an_import_does_not_delete_what_is_left_of_a_desk(paths: Paths, make: Callable[[Path], None]) -> None:
    filled(paths, 1)
    write_export(SQLITE, paths.data, paths.root / "export", silent)
    (paths.data / DATABASE).unlink()
    make(paths.data / DATABASE)
    attachment = Files(paths.data / "attachments").path("ab" * 32)
    attachment.parent.mkdir()
    attachment.write_text("the last copy")
    with pytest.raises(ImportRefused, match="attachments"):
        read_export(SQLITE, paths.root / "export", paths.data, silent)
    assert attachment.read_text() == "the last copy"
    attachment.unlink()
    assert read_export(SQLITE, paths.root / "export", paths.data, silent).rows["tickets"] == 1


@pytest.mark.parametrize("place", ["header", "schema", "half"])
def test_a_start_on_damage_says_so_in_one_line(hero_env: dict[str, str], paths: Paths, place: str) -> None:
    path = filled(paths)
    with path.open("r+b") as file:
        if place == "half":
            file.truncate(path.stat().st_size // 2)
        else:
            file.seek(0 if place == "header" else 100)
            file.write(os.urandom(3000))
    log = log_of_refusal(hero_env, paths)
    assert "Traceback" not in log
    assert "damaged" in log
    assert "hero_assistance restore" in log


async def test_a_check_does_not_hold_up_the_end(paths: Paths, caplog: pytest.LogCaptureFixture) -> None:
    """A server that stops ends the check that runs, and does not wait for it."""
    caplog.set_level("INFO")
    await asyncio.to_thread(filled, paths, 3000)
    async with opened_with(paths, Health()) as store:
        checking = asyncio.create_task(store.check_integrity())
        await asyncio.sleep(0)
        checking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await checking
    assert "integrity.not-checked" in caplog.text


async def test_callers_are_served_while_a_check_runs(paths: Paths) -> None:
    async with opened_sqlite(paths.data) as store:
        await asyncio.gather(*(_write(store, 100) for _ in range(10)))
        checks = asyncio.create_task(_check(store, 5))
        await _write(store, 200)
        await checks


async def _write(store: Store, count: int) -> None:
    for _ in range(count):
        await store.write(file_ticket)


async def _check(store: Store, count: int) -> None:
    for _ in range(count):
        await store.check_integrity()
