"""Presence across nodes: what becomes of it when a node dies, signs off, or loses the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from hero_assistance_server.jobs.running import running
from hero_assistance_server.presence.rules import Move
from hero_assistance_server.storage.postgres.nodes import leases, node, presence_table
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS
from tests.postgres import Cluster
from tests.server.contract.nodes import open_postgres_node
from tests.server.contract.test_job_locks import Job
from tests.server.contract.test_presence import ONE, TWO, WRITING, Node
from tests.server.contract.ticket_changes import BOB, CAROL, DAVE, create
from tests.server.desk import until
from tests.server.postgres.connection_proxy import losing_commits
from tests.server.postgres.test_nodes import cut

pytestmark = pytest.mark.anyio

THERE = {1: {"bob": "viewing"}}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Node]:
    """A node with the demo users and two tickets."""

    def fill(work: UnitOfWork) -> None:
        if work.users.find(BOB.user_id) is None:
            for user in DEMO_USERS:
                work.users.save(user, work.now)
            create(work)
            create(work, customer=DAVE)

    async with open_postgres_node(url) as (store, hub):
        await store.write(fill)
        yield Node(store, hub)


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (leases, presence_table):
        monkeypatch.setattr(module, "LEASE_S", 1.0)
    monkeypatch.setattr(node, "RENEW_S", 0.1)


def count_rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM hero_assistance.presence").fetchone()
    assert found is not None
    return int(found[0])


async def test_the_presence_of_a_node_that_dies_ends_with_its_lease(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path, short_leases: None
) -> None:
    """It is cut off, so that it cannot sign off."""
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with opened(postgres_url) as one, opened(url) as dying:
            await dying.beat(BOB, ONE)
            await one.shows(THERE)
            assert await reaches(one, 2)
            proxy.stays_away, proxy.lost = True, 1
            cut(postgres_cluster, postgres_url)
            await one.shows({})
            await until(lambda: count_rows(postgres_url) == 0)
            assert await reaches(one, 1)
            proxy.stays_away = False
            # It is back, and its users were there all the time.
            await one.shows(THERE)


async def test_a_node_that_is_cut_off_shows_no_one_of_others_after_a_lease(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path, short_leases: None
) -> None:
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with opened(postgres_url) as one, opened(url) as lonely:
            await one.beat(BOB, ONE)
            await lonely.beat(CAROL, ONE)
            await lonely.shows({1: {"bob": "viewing", "carol": "viewing"}})
            proxy.stays_away, proxy.lost = True, 1
            cut(postgres_cluster, postgres_url)
            await lonely.shows({1: {"carol": "viewing"}})
            proxy.stays_away = False
            await lonely.shows({1: {"bob": "viewing", "carol": "viewing"}})


async def test_a_node_that_ends_signs_off_at_once(postgres_url: str) -> None:
    """Long before its lease is over, which nothing here shortens."""
    async with opened(postgres_url) as one:
        async with opened(postgres_url) as ending:
            await ending.beat(BOB, ONE)
            await one.shows(THERE)
        assert count_rows(postgres_url) == 0
        await one.shows({})


async def test_presence_comes_back_after_all_connections_were_cut(postgres_url: str, postgres_cluster: Cluster) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.beat(BOB, ONE)
        await other.shows(THERE)
        cut(postgres_cluster, postgres_url)
        await one.beat(BOB, TWO, WRITING)
        await other.shows({2: {"bob": "writing"}})


async def test_a_connection_that_is_made_again_takes_no_one_off_the_screens(
    postgres_url: str, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.beat(BOB, ONE)
        await other.shows(THERE)
        moves: list[Move] = []
        monkeypatch.setattr(other.hub.presence, "_tell", lambda move, _people: moves.append(move))
        cut(postgres_cluster, postgres_url)
        job = Job()
        async with running(job.on(one.storage)):
            await until(lambda: job.is_running)
        await one.beat(CAROL, ONE)
        await other.shows({1: {"bob": "viewing", "carol": "viewing"}})
        assert [move.user.user_id for move in moves] == ["carol"]


async def test_a_crash_of_the_database_that_empties_the_table_is_made_good(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.beat(BOB, ONE)
        await other.shows(THERE)
        with psycopg.connect(postgres_url) as connection:
            connection.execute("TRUNCATE hero_assistance.presence")
        cut(postgres_cluster, postgres_url)
        await until(lambda: count_rows(postgres_url) == 1)
        await other.shows(THERE)


async def test_a_node_that_slept_longer_than_its_lease_shows_its_users_again(
    postgres_url: str, short_leases: None
) -> None:
    """The others have taken it for dead, and deleted its rows."""
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.beat(BOB, ONE)
        await other.shows(THERE)
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE hero_assistance.nodes SET lease_until = 0")
            connection.execute("DELETE FROM hero_assistance.presence")
        await until(lambda: count_rows(postgres_url) == 1)
        await other.shows(THERE)


async def test_beats_that_change_nothing_write_nothing(postgres_url: str) -> None:
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.beat(BOB, ONE)
        await other.shows(THERE)
        with psycopg.connect(postgres_url, autocommit=True) as listener:
            listener.execute("LISTEN hero_assistance_presence")
            for _ in range(3):
                await one.beat(BOB, ONE)
            await one.beat(CAROL, ONE)
            await other.shows({1: {"bob": "viewing", "carol": "viewing"}})
            assert len(list(listener.notifies(timeout=0))) == 1


async def reaches(one: Node, count: int) -> bool:
    """Wait until a node knows of so many living ones."""
    await until(lambda: one.storage.nodes.count == count)
    return True
