"""After an upgrade the search index is made again while the server runs, and no change is lost meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.jobs import search_indexing
from hero_assistance_server.jobs.running import running as running_jobs
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.sql.search import index_portions
from hero_assistance_server.storage.sqlite import store as store_module
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.storage.unit_of_work import Storage
from tests.capabilities import sqlite_only
from tests.server.desk import Desk, running
from tests.server.read_cases import BOB, create, reply
from tests.server.store_fixtures import opened_sqlite
from tests.server.test_search import forget_words_version, ids, talk, terms

pytestmark = [pytest.mark.anyio, sqlite_only("makes the index in the file once more")]

T = TypeVar("T")
COUNT = 12


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "INDEXED_AT_START", 2)
    monkeypatch.setattr(index_portions, "PORTION", 2)


def write_old_database(path: Path, version: int) -> None:
    """Write tickets as a release of that version did; the seventh has a reply."""
    path.parent.mkdir(parents=True)
    connection = open_writer(path)
    migrate(connection, migrations()[:version])
    connection.execute("INSERT INTO users (user_id, name, role, created_at) VALUES ('carol', 'Carol', 'customer', 0)")
    for number in range(1, COUNT + 1):
        connection.execute(
            """INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer, created_at, updated_at,
                public_updated_at, reply_count, note_count)
            VALUES (?, ?, 'b', 'new', 'low', '[]', 'carol', 0, 0, 0, 1, 0)""",
            (number, f"old{number} Straße"),
        )
    connection.execute(
        """INSERT INTO messages (message_id, ticket_id, kind, author, body, created_at)
        VALUES (1, 7, 'reply', 'carol', 'written long ago', 0)"""
    )
    connection.close()


async def all_indexed(desk: Desk) -> None:
    async with asyncio.timeout(30):
        while (await desk.call("search.tickets", "bob", query="x"))["missing"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("version", [2, 3, 12])
async def test_a_database_of_an_earlier_version_is_indexed_again(paths: Paths, version: int) -> None:
    write_old_database(paths.data / DATABASE, version)
    async with running(paths) as desk:
        # The newest ones at once.
        assert await ids(desk, "bob", f"old{COUNT}") == [COUNT]
        await all_indexed(desk)
        assert await ids(desk, "bob", "long ago") == [7]
        assert await ids(desk, "bob", "STRASSE") == list(range(COUNT, 0, -1))


async def test_what_is_written_during_a_rebuild_is_found(hero_root: Path) -> None:
    async with opened_sqlite(hero_root) as store:
        await store.write(lambda work: work.users.save(BOB, work.now))
        made = [await store.write(create) for _ in range(COUNT)]
        before = terms(hero_root / DATABASE)
        await store.write(lambda work: forget_words_version(work.session.complete))
        await store.write(lambda work: rebuild.begin(work.session.complete))
        assert await store.read(lambda snapshot: snapshot.search.count_missing()) == COUNT
        assert await store.write(lambda work: work.search.index_missing()) == COUNT - 2
        assert terms(hero_root / DATABASE) == {row for row in before if row[1] > COUNT - 2}
        # One that is missing, one that is there, and a new one.
        await store.write(lambda work: [reply(work, ticket) for ticket in (made[0], made[-1])])
        await store.write(create)
        found = await store.read(lambda snapshot: snapshot.search.find(parse("hello"), BOB, 100, 9))
        assert [ticket.ticket_id for ticket in found] == [COUNT, 1]
        remaining = [await store.write(lambda work: work.search.index_missing()) for _ in range(COUNT // 2)]
        assert remaining == [8, 6, 4, 2, 0, 0]
        found = await store.read(lambda snapshot: snapshot.search.find(parse("laptop"), BOB, 100, 50))
        assert [ticket.ticket_id for ticket in found] == list(range(COUNT + 1, 0, -1))


async def test_a_rebuild_goes_on_after_a_restart(hero_root: Path) -> None:
    async with opened_sqlite(hero_root) as store:
        for _ in range(COUNT):
            await store.write(create)
    before = terms(hero_root / DATABASE)
    connection = open_writer(hero_root / DATABASE)
    forget_words_version(connection)
    connection.close()
    for missing in (8, 4, 0, 0):
        async with opened_sqlite(hero_root) as store:
            assert await store.read(lambda snapshot: snapshot.search.count_missing()) == missing
    assert terms(hero_root / DATABASE) == before


async def test_a_disk_that_fails_puts_the_rebuild_off(
    hero_root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(search_indexing, "RETRY_S", 0.0)
    monkeypatch.setattr(search_indexing, "REPORT_EVERY_S", 0.0)
    failures = [StoreUnavailable("the disk is full"), StoreUnavailable("the disk is full")]
    async with opened_sqlite(hero_root) as store:
        for _ in range(COUNT):
            await store.write(create)
        await store.write(lambda work: forget_words_version(work.session.complete))
        await store.write(lambda work: rebuild.begin(work.session.complete))
        write = store.write

        async def write_or_fail(command: Callable[[SqliteUnitOfWork], T]) -> T:
            if failures:
                raise failures.pop()
            return await write(command)

        monkeypatch.setattr(store, "write", write_or_fail)
        await search_indexing.index_missing_tickets(store)
        assert await store.read(lambda snapshot: snapshot.search.count_missing()) == 0
    events = [record.message.split()[0] for record in caplog.records if record.name.endswith("search")]
    assert events[:2] == ["search.not-indexed"] * 2
    assert events[-1] == "search.indexed"
    assert "search.indexing" in events


async def test_the_job_waits_for_what_is_missing_later(hero_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a disk that failed at its first look."""
    monkeypatch.setattr(search_indexing, "RETRY_S", 0.0)
    failures = [StoreUnavailable("the disk is full")]
    async with opened_sqlite(hero_root) as store:
        for _ in range(COUNT):
            await store.write(create)
        count = search_indexing.index_missing_tickets

        async def index_or_fail(storage: Storage) -> None:
            if failures:
                raise failures.pop()
            await count(storage)

        monkeypatch.setattr(search_indexing, "index_missing_tickets", index_or_fail)
        async with asyncio.timeout(30), running_jobs(lambda: search_indexing.keep_index_complete(store)):
            for _ in range(2):
                await store.write(lambda work: rebuild.index_below(work.session.complete, TicketId(COUNT)))
                store.index_incomplete.set()
                while await store.read(lambda snapshot: snapshot.search.count_missing()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    assert failures == []


async def test_a_portion_ends_after_long_texts(hero_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_portions, "PORTION", 50)
    monkeypatch.setattr(index_portions, "PORTION_CHARACTERS", 20)
    async with opened_sqlite(hero_root) as store:
        for _ in range(COUNT):
            await store.write(create)
        await store.write(lambda work: forget_words_version(work.session.complete))
        await store.write(lambda work: rebuild.begin(work.session.complete))
        assert COUNT - 4 < await store.write(lambda work: work.search.index_missing()) < COUNT


async def test_a_rebuild_changes_nothing_that_is_found(paths: Paths) -> None:
    async with running(paths) as desk:
        await talk(desk, 60, 3)
    before = terms(desk.database)
    connection = open_writer(desk.database)
    forget_words_version(connection)
    connection.close()
    async with running(paths) as desk:
        await all_indexed(desk)
    assert terms(desk.database) == before
