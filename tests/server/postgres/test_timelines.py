"""Where another timeline of PostgreSQL begins, no number means what it meant before."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.errors import DataInUse, NodeOutdated
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.migrate import finish_opening
from hero_assistance_server.storage.postgres.database.timelines import has_lost
from hero_assistance_server.storage.postgres.nodes import access_log
from hero_assistance_server.storage.postgres.nodes.leases import NodeLease
from hero_assistance_server.storage.postgres.opening import open_up_to_date
from hero_assistance_server.storage.postgres.search.index_file import IndexFile
from hero_assistance_server.storage.postgres.store import PostgresStore, open_store
from hero_assistance_server.storage.postgres.transfer.import_target import PostgresImportTarget
from tests.postgres import Cluster
from tests.server.contract import ticket_changes
from tests.server.desk import STOP_S
from tests.server.postgres.test_event_follower import Node, node
from tests.server.postgres.test_nodes import create, cut
from tests.server.store_fixtures import NOON

pytestmark = pytest.mark.anyio

# So many numbers are left out at least.
MANY = 2**32


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, options="-c search_path=hero_assistance,pg_catalog") as connection:
        connection.execute(statement.encode())


def promote(cluster: Cluster, url: str) -> None:
    """Have the database seem to be on another timeline than that of before, and end all connections to it."""
    execute(url, "UPDATE timelines SET timeline = 'before' WHERE first_seq = (SELECT max(first_seq) FROM timelines)")
    cut(cluster, url)


def lose_last_event(url: str) -> None:
    """Take the last event back, with its number, as a standby has it that did not receive it."""
    execute(url, "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    execute(url, "UPDATE last_ids SET last_id = last_id - 1 WHERE name = 'events'")


async def outdated(one: Node) -> NodeOutdated:
    with pytest.raises(NodeOutdated) as caught:
        async with asyncio.timeout(STOP_S):
            await one.storage.nodes.wait_until_outdated()
    return caught.value


async def test_the_first_timeline_leaves_nothing_out(postgres_url: str) -> None:
    for _ in range(2):
        async with node(postgres_url) as one:
            await one.storage.write(create)
    with closing(PostgresConnection(postgres_url)) as connection:
        assert connection.execute("SELECT first_seq, last_seq FROM timelines").fetchone() == (0, 0)
        assert connection.execute("SELECT max(seq), count(*) FROM events").get == (2, 2)


async def test_a_promotion_leaves_out_numbers_and_no_event(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.storage.write(create)
        assert await other.publishes(1) == [1]
        await asyncio.to_thread(promote, postgres_cluster, postgres_url)
        await one.storage.write(create)
        await other.storage.write(create)
        first = (await one.publishes(3))[1]
        assert first > MANY
        for each in (one, other):
            assert await each.publishes(3) == [1, first, first + 1]
        # A client that had the last event goes on; one that had more begins again.
        assert await one.storage.read(lambda snapshot: snapshot.events.has_all_after(1))
        assert not await one.storage.read(lambda snapshot: snapshot.events.has_all_after(2))


async def test_a_promotion_makes_no_search_index_again(
    postgres_url: str, postgres_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(postgres_url, clock=lambda: NOON, publish=lambda _: None, folder=tmp_path) as store:
        await fill(store)
    again: list[object] = []
    monkeypatch.setattr(IndexFile, "begin_again", lambda *given: again.append(given))
    promote(postgres_cluster, postgres_url)
    async with open_store(postgres_url, clock=lambda: NOON, publish=lambda _: None, folder=tmp_path) as store:
        await store.write(create)
        last = await store.read(lambda snapshot: snapshot.events.last_seq())
        assert await asyncio.to_thread(store.index.follower.wait_for, last, STOP_S)
    assert again == []


async def test_a_node_that_has_shown_what_is_lost_starts_again(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with node(postgres_url) as one:
        await one.storage.write(create)
        await one.storage.write(create)
        await one.publishes(2)
        lose_last_event(postgres_url)
        await asyncio.to_thread(promote, postgres_cluster, postgres_url)
        assert "the database was set back" in str(await outdated(one))
    assert count_left_out_tickets(postgres_url) == 1


async def test_what_is_lost_is_known_too_when_others_have_written_since(postgres_url: str) -> None:
    """Their events have numbers above the one that is lost."""
    async with node(postgres_url) as one:
        await one.storage.write(create)
        await one.storage.write(create)
    lose_last_event(postgres_url)
    execute(postgres_url, "UPDATE timelines SET timeline = 'before'")
    async with node(postgres_url) as other:
        await other.storage.write(create)
        new = (await other.publishes(1))[0]
    with closing(PostgresConnection(postgres_url)) as connection:
        lost = [seq for seq in (0, 1, 2, 3, new - 1, new, new + 1) if has_lost(connection, Seq(seq))]
    assert lost == [2, 3, new + 1]


async def test_a_node_that_was_cut_off_for_long_starts_again(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(postgres_url) as one:
        monkeypatch.setattr(access_log, "KEPT", timedelta(seconds=-1))
        assert "cut off from the database for too long" in str(await outdated(one))


async def test_no_import_begins_while_a_node_opens(postgres_url: str, postgres_cluster: Cluster) -> None:
    """Between its migrations and its lease there is nothing else to see of it."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%advisory%'"

    def receive() -> None:
        with PostgresImportTarget(postgres_url).receive():
            raise AssertionError("an import has begun")

    with closing(open_up_to_date(postgres_url, NOON)) as opening:
        importing = asyncio.create_task(asyncio.to_thread(receive))
        while await asyncio.to_thread(postgres_cluster.execute, waiting) == "0":
            assert not importing.done()
        NodeLease("opening").renew(opening)
        finish_opening(opening)
        with pytest.raises(DataInUse, match="servers work on this database: 1"):
            await importing


async def fill(store: PostgresStore) -> None:
    await store.write(lambda work: work.users.save(ticket_changes.CAROL, NOON))
    for _ in range(3):
        await store.write(create)


def count_left_out_tickets(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM hero_assistance.deleted_tickets").fetchone()
    assert row is not None
    return int(row[0])
