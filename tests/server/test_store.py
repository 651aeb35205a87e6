"""The store: acknowledgement, failures, migrations, locks; on real database files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Reset, Seq
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.events.model import Audience, Change
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.storage.errors import DatabaseTooNew, DatabaseUnusable, DataInUse, StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.bulk_insert import Rows
from hero_assistance_server.storage.sql.migrations import Migration
from hero_assistance_server.storage.sql.repositories import events
from hero_assistance_server.storage.sql.tickets import ticket_lists
from hero_assistance_server.storage.sql.tickets.ticket_columns import COLUMNS
from hero_assistance_server.storage.sql.write_path.writer import QUEUE_LIMIT
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations, refuse_newer
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.event_types import TICKET_CREATED
from tests.capabilities import sqlite_only
from tests.server.desk import STOP_S, running
from tests.server.store_fixtures import CAROL, file_ticket, file_ticket_of, numbers, opened, opened_sqlite

pytestmark = pytest.mark.anyio


async def test_an_acknowledged_command_is_already_committed(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        for expected in range(1, 20):
            assert await store.write(file_ticket) == expected
            assert numbers(hero_root)[0][-1] == expected


async def test_events_are_published_in_order_after_their_commit(hero_root: Path) -> None:
    committed: list[bool] = []

    def publish(event: StoredEvent) -> None:
        committed.append(event.seq in numbers(hero_root)[1])
        assert event.seq == len(committed)

    async with opened(hero_root, publish) as store:
        await asyncio.gather(*(store.write(file_ticket) for _ in range(50)))
    assert committed == [True] * 50


@sqlite_only("is about SQLite's file")
async def test_a_full_disk_refuses_clearly_and_the_store_goes_on(hero_root: Path) -> None:
    """`max_page_count` makes SQLite report the same error as a full disk does."""

    def fill(transaction: SqliteUnitOfWork) -> None:
        transaction.session.complete.execute("CREATE TABLE ballast (b BLOB) STRICT")
        transaction.session.complete.execute("INSERT INTO ballast VALUES (zeroblob(1000000))")

    def limit(pages: int) -> Callable[[SqliteUnitOfWork], None]:
        return lambda transaction: transaction.session.complete.pragma("max_page_count", pages) and None

    async with opened_sqlite(hero_root) as store:
        await store.write(limit(60))
        work = [file_ticket, fill, file_ticket]
        results = await asyncio.gather(*(store.write(command) for command in work), return_exceptions=True)
        assert (results[0], results[2]) == (1, 2)
        assert isinstance(results[1], StoreUnavailable)
        await store.write(limit(1_000_000))
        await store.write(fill)
        assert await store.write(file_ticket) == 3
        assert await store.read(lambda snapshot: snapshot.events.last_seq()) == 3


async def test_a_read_sees_one_moment(hero_root: Path) -> None:
    """Tickets and the number of the last event that is in them cannot come apart."""

    def counts(snapshot: Snapshot) -> tuple[int, Seq]:
        filed = cast(Any, snapshot).session.direct.execute("SELECT count(*) FROM tickets").get
        return filed, snapshot.events.last_seq()

    async with opened(hero_root) as store:
        writes = asyncio.gather(*(store.write(file_ticket) for _ in range(300)))
        moments = [await store.read(counts) for _ in range(100)]
        await writes
    assert all(filed == last for filed, last in moments)


@asynccontextmanager
async def busy(store: FileStorage) -> AsyncIterator[None]:
    """While this is open, the writer is in the middle of a command."""
    begun, going_on = threading.Event(), threading.Event()

    def hold(_transaction: UnitOfWork) -> None:
        begun.set()
        assert going_on.wait(STOP_S)

    async with asyncio.TaskGroup() as group:
        group.create_task(store.write(hold))
        try:
            assert await asyncio.to_thread(begun.wait, STOP_S)
            yield
        finally:
            going_on.set()


async def test_more_than_can_be_written_in_time_is_refused_at_once(hero_root: Path) -> None:
    """While the writer is held up: the refusal does not wait for it, and what is queued is written."""
    async with opened(hero_root) as store:
        async with asyncio.TaskGroup() as group, busy(store):
            queued = [group.create_task(store.write(file_ticket)) for _ in range(QUEUE_LIMIT)]
            await asyncio.sleep(0)
            with pytest.raises(StoreUnavailable, match="wait to be written") as refused:
                await store.write(file_ticket)
            assert refused.value.hint
            assert not any(task.done() for task in queued)
        assert sorted(task.result() for task in queued) == list(range(1, QUEUE_LIMIT + 1))
        assert await store.write(file_ticket) == QUEUE_LIMIT + 1


async def test_a_caller_that_has_left_takes_its_command_along_unless_it_has_begun(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        async with busy(store):
            left = asyncio.ensure_future(store.write(file_ticket))
            stayed = asyncio.ensure_future(store.write(file_ticket))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.wait([left])
        assert await stayed == 1
        assert numbers(hero_root)[0] == [1]


async def test_readers_cannot_write(hero_root: Path) -> None:
    async with opened(hero_root) as store:
        with pytest.raises(StoreUnavailable):
            await store.read(lambda snapshot: cast(Any, snapshot).session.direct.execute("DELETE FROM users"))


@sqlite_only("is about SQLite's file")
async def test_closing_folds_the_log_into_the_database(hero_root: Path) -> None:
    async with opened_sqlite(hero_root) as store:
        await store.write(file_ticket)
    assert not (hero_root / f"{DATABASE}-wal").exists()


@sqlite_only("is about SQLite's file")
async def test_a_second_server_on_the_same_folder_is_refused(hero_root: Path) -> None:
    async with opened_sqlite(hero_root):
        with pytest.raises(DataInUse):
            async with opened_sqlite(hero_root):
                pass


@sqlite_only("is about SQLite's file")
async def test_durability_is_what_we_promise(hero_root: Path) -> None:
    def pragmas(transaction: SqliteUnitOfWork) -> list[Any]:
        return [transaction.session.complete.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")]

    async with opened_sqlite(hero_root) as store:
        assert await store.write(pragmas) == ["wal", 2, 1]


# Every version that a release has written, as that release's migrations made it.
VERSIONS = [migration.number for migration in migrations()]


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize("version", [0, *VERSIONS])
async def test_every_earlier_version_is_brought_up_to_date(hero_root: Path, version: int) -> None:
    path = hero_root / DATABASE
    connection = open_writer(path)
    migrate(connection, migrations()[:version])
    connection.close()
    async with opened_sqlite(hero_root) as store:
        assert await store.write(file_ticket) == 1
        assert await store.query(lambda db: db.pragma("user_version")) == len(VERSIONS)
        assert await store.query(lambda db: db.pragma("integrity_check")) == "ok"


@sqlite_only("is about SQLite's file")
async def test_a_reader_of_the_version_before_begins_with_a_snapshot(paths: Paths) -> None:
    """Also one that had read the last event: the tickets that it holds have no excerpts."""
    paths.data.mkdir(parents=True)
    number = next(one.number for one in migrations() if one.name.endswith("events_with_excerpts.sql"))
    connection = open_writer(paths.data / DATABASE)
    migrate(connection, migrations()[: number - 1])
    connection.execute("INSERT INTO events (seq, kind, reach, payload, created_at) VALUES (7, 'a.b', 'staff', '{}', 0)")
    connection.close()
    async with running(paths) as desk:
        async with contextlib.aclosing(desk.subscribe("bob", 7)) as events:
            assert isinstance(await anext(events), Reset)
        assert (await desk.call("event.list", "bob", since=7))["reset"] is True


GOOD = Migration(1, "0001_good.sql", "CREATE TABLE a (x INTEGER) STRICT;")
ALSO_GOOD = Migration(2, "0002_also_good.sql", "CREATE TABLE b (x INTEGER) STRICT;")
BAD = Migration(3, "0003_bad.sql", "CREATE TABLE c (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;")


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize(
    ("before", "version", "tables"), [([], 0, []), ([GOOD], 2, ["a", "b"])], ids=["of a new database", "of an old one"]
)
def test_a_migration_that_fails_leaves_the_version_before_it(
    hero_root: Path, before: list[Migration], version: int, tables: list[str]
) -> None:
    """The migrations of a new database are one: all of them or none."""
    path = hero_root / DATABASE
    connection = open_writer(path)
    migrate(connection, before)
    with pytest.raises(apsw.SQLError):
        migrate(connection, [GOOD, ALSO_GOOD, BAD])
    assert connection.pragma("user_version") == version
    assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == tables
    connection.close()


@sqlite_only("is about SQLite's file")
async def test_a_database_of_a_newer_release_is_refused_untouched(hero_root: Path) -> None:
    path = hero_root / DATABASE
    connection = open_writer(path)
    migrate(connection, migrations())
    connection.pragma("user_version", 1000)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="version 1000"):
        async with opened_sqlite(hero_root):
            pass
    assert path.read_bytes() == before


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize("content", [b"not a database" * 1000, None])
async def test_a_file_that_is_not_ours_is_refused_untouched(hero_root: Path, content: bytes | None) -> None:
    path = hero_root / DATABASE
    if content is None:
        foreign = apsw.Connection(str(path))
        foreign.execute("CREATE TABLE theirs (x)")
        foreign.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable):
        async with opened_sqlite(hero_root):
            pass
    assert path.read_bytes() == before


@sqlite_only("is about SQLite's file")
def test_no_database_is_no_newer_one(hero_root: Path) -> None:
    refuse_newer(hero_root / DATABASE, migrations())
    assert not (hero_root / DATABASE).exists()


@sqlite_only("is about SQLite's file")
@pytest.mark.parametrize(
    ("query", "index"),
    [(ticket_lists._ALL, "tickets_by_activity"), (ticket_lists._ALL_PLACED, "places")],
)
async def test_a_page_is_read_from_an_index_alone(hero_root: Path, query: str, index: str) -> None:
    """No sort and no scan: the page costs the same among a million tickets."""
    async with opened_sqlite(hero_root) as store:
        # A place that is named twice is bound once.
        bindings = (1,) * (len(set(re.findall(r"\?\d+", query))) or query.count("?"))
        explain = f"EXPLAIN QUERY PLAN SELECT {COLUMNS} {query}"
        plan = await store.query(lambda db: [row[3] for row in db.execute(explain, bindings)])
    assert any(index in step and step.startswith("SEARCH") for step in plan), plan
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in plan), plan


@sqlite_only("is about SQLite's file")
async def test_the_database_has_only_strict_tables(hero_root: Path) -> None:
    async with opened_sqlite(hero_root) as store:
        loose = await store.query(
            lambda db: [row[0] for row in db.execute("SELECT name FROM pragma_table_list WHERE NOT strict")]
        )
    # The index of words is a virtual table, and SQLite makes the tables under it.
    own = [name for name in loose if not name.startswith(("sqlite_", "search_index"))]
    assert own == []


async def test_stored_payloads_are_what_the_wire_carries(hero_root: Path) -> None:
    told: list[StoredEvent] = []
    async with opened(hero_root, told.append) as store:
        await store.write(file_ticket)
        kept = await store.read(lambda snapshot: snapshot.events.list_after(Seq(0), 10, reader=CAROL).events)
    assert kept == [replace(event, people=frozenset()) for event in told]
    assert told[0].people == {"carol"}
    assert json.loads(kept[0].payload)["seq"] == 1
    assert kept[0].customer_payload is None


async def test_what_customers_lack_of_an_event_is_not_stored_twice(hero_root: Path) -> None:
    told: list[StoredEvent] = []

    def command(transaction: UnitOfWork) -> None:
        file_ticket_of(transaction, CAROL, title='"tags":["vpn"] \u2028 büro', tags=["vpn", "büro"])

    async with opened(hero_root, told.append) as store:
        await store.write(command)
        [kept] = await store.read(lambda snapshot: snapshot.events.list_after(Seq(0), 10, reader=CAROL).events)
    assert kept == replace(told[0], people=frozenset())
    assert kept.customer_payload is None
    assert kept.hidden == ("tags",)
    team, customer = (json.loads(kept.text_for(staff=staff)) for staff in (True, False))
    assert team["ticket"]["tags"] == ["vpn", "büro"]
    assert customer == {**team, "ticket": {**team["ticket"], "tags": []}}


async def test_an_event_for_customers_equals_what_is_encoded_for_them(hero_root: Path) -> None:
    """The text that is made when it is read is, byte for byte, the one that the server would have encoded."""
    told: list[StoredEvent] = []

    def command(transaction: UnitOfWork) -> None:
        ticket_id = file_ticket_of(transaction, CAROL, title="t\u2028\x7f\U0001f600", tags=["vpn"])
        change = Change(
            TICKET_CREATED, transaction.tickets.find(ticket_id), None, Audience(people=frozenset({CAROL.user_id}))
        )
        lazy = events.add(Rows(), change, Seq(1), transaction.now, Encoder())
        told.extend((lazy, replace(lazy, customer_payload=Encoder().event(change, Seq(1), staff=False), hidden=())))

    async with opened(hero_root) as store:
        await store.write(command)
    lazily, eagerly = (event.text_for(staff=False) for event in told)
    assert lazily == eagerly
