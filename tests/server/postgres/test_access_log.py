"""What a node believes of who may come in, and what it reads of the changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.access_changes import AccessChanges, AccessTable
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres import event_follower
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.postgres.nodes import access_log
from hero_assistance_server.storage.postgres.nodes.access_log import AccessLog
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.login_service import seed_users
from hero_assistance_server.users.model import Device, Login
from tests.postgres import Cluster
from tests.server.contract.nodes import open_postgres_node
from tests.server.contract.test_access import BY_ALICE, open_node
from tests.server.contract.ticket_changes import BOB
from tests.server.desk import STOP_S, until
from tests.server.postgres.connection_proxy import losing_commits
from tests.server.postgres.test_nodes import cut

pytestmark = pytest.mark.anyio

AT = Millis(1000)


async def test_a_node_that_cannot_ask_the_database_believes_no_one(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path
) -> None:
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with open_postgres_node(url) as (storage, hub):
            await storage.write(lambda work: seed_users(work, DEMO_USERS))
            node = await open_node(storage, hub)
            await until(lambda: storage.nodes.access.is_current)
            assert (await node.by_login("bob")).known() == BOB
            proxy.stays_away, proxy.lost = True, 1
            cut(postgres_cluster, postgres_url)
            await until(lambda: not storage.nodes.access.is_current)
            with pytest.raises(StoreUnavailable):
                await node.by_login("bob")
            proxy.stays_away = False
            await until(lambda: storage.nodes.access.is_current)
            assert (await node.by_login("bob")).known() == BOB


async def test_a_call_reads_what_no_notice_told(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The followers look at nothing by themselves.
    monkeypatch.setattr(event_follower.EventFollower, "start", lambda _: None)
    monkeypatch.setattr(event_follower.EventFollower, "stop", lambda _: None)
    monkeypatch.setattr(access_log, "CURRENT_FOR_S", 0.0)
    async with open_postgres_node(postgres_url) as one, open_postgres_node(postgres_url) as other:
        await one[0].write(lambda work: seed_users(work, DEMO_USERS))
        first, second = await open_node(*one), await open_node(*other)
        made = await first.sign_in(BOB)
        assert (await second.by_session(made.token)).known() == BOB
        await first.storage.write(lambda work: first.sessions.end(work, BY_ALICE, made.session.session_id, action="a"))
        assert (await second.by_session(made.token)).user is None


async def test_callers_who_wait_together_share_a_look(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[None] = []
    look = AccessLog._look_alone

    def count(log: AccessLog, connection: object) -> None:
        looks.append(None)
        look(log, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(AccessLog, "_look_alone", count)
    async with open_postgres_node(postgres_url) as (storage, _):
        assert all(await asyncio.gather(*(storage.nodes.access.catch_up() for _ in range(20))))
    # The first one's had begun when the others came.
    assert len(looks) == 2


async def test_a_look_that_waits_for_a_commit_reads_what_is_new_since(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the rows were before that commit is not believed after it."""
    monkeypatch.setattr(access_log, "COMMIT_PATIENCE_S", STOP_S)
    heard: list[AccessChanges] = []
    lock, is_asked = threading.Lock(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def read(query: Callable[[PostgresConnection], None]) -> None:
        def run(connection: PostgresConnection) -> None:
            loop.call_soon_threadsafe(is_asked.set)
            query(connection)

        await loop.run_in_executor(pool.executor, pool.run, run)

    with closing(ConnectionPool(postgres_url)) as pool, closing(PostgresConnection(postgres_url)) as committing:
        log = AccessLog(committing, lock, read)
        log.follow(heard.append)
        with lock:
            asking = asyncio.create_task(log.catch_up())
            await is_asked.wait()
            committing.execute(
                "INSERT INTO users (user_id, name, role, created_at) VALUES ('erin', 'Erin', 'agent', 0)"
            )
        assert await asking
    assert [list(changes.users) for changes in heard] == [["erin"]]


async def test_the_changes_of_an_erased_user_name_no_one(postgres_url: str) -> None:
    heard: list[AccessChanges] = []
    login, device = Login("Bobby", BOB.user_id, AT), Device("400::1", BOB.user_id, "a laptop", AT, None)

    def add(work: UnitOfWork) -> None:
        work.users.save(BOB, work.now)
        work.logins.save(login)
        work.devices.save(device)

    with psycopg.connect(postgres_url, autocommit=True) as database:
        database.execute("SET search_path = hero_assistance, pg_catalog")
        async with open_postgres_node(postgres_url) as (storage, _):
            storage.nodes.access.follow(heard.append)
            await storage.write(add)
            await until(lambda: heard)
            assert (heard[0].users, heard[0].logins) == ({"bob": BOB}, {"Bobby": login})
            assert heard[0].devices == {"400::1": device}
            database.execute("DELETE FROM logins; DELETE FROM device_bindings; DELETE FROM users")
            await until(lambda: AccessTable.USERS in heard[-1].complete)
            assert heard[-1].users == {}
        rows = database.execute("SELECT kind, key FROM access_changes ORDER BY kind").fetchall()
    assert rows == [("device_bindings", ""), ("logins", ""), ("users", "")]


async def test_a_node_that_was_cut_off_for_too_long_asks_for_a_restart(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_postgres_node(postgres_url) as (storage, _):
        monkeypatch.setattr(access_log, "KEPT", timedelta(seconds=-1))
        with pytest.raises(StoreUnavailable, match="too long"):
            await storage.nodes.access.catch_up()
