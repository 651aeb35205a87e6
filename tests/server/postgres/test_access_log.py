"""What a node believes of who may come in, and what it reads of the changes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
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
_ADD_ERIN = "INSERT INTO users (user_id, name, role, created_at) VALUES ('erin', 'Erin', 'agent', 0)"


@dataclass
class Delivered:
    """The groups of a node that a test commits by hand."""

    node_id: str = "one"
    commit_lock: threading.Lock = field(default_factory=threading.Lock)
    delivery_lock: threading.Lock = field(default_factory=threading.Lock)
    delivered_group: int = 0


@dataclass
class Asked:
    """A log, a connection that writes, what was applied, and whether a look has begun."""

    log: AccessLog
    connection: PostgresConnection
    commits: Delivered
    heard: list[AccessChanges]
    is_asked: asyncio.Event


@contextmanager
def asked_log(url: str) -> Iterator[Asked]:
    """Open a log whose looks are those that a test asks for."""
    loop, is_asked = asyncio.get_running_loop(), asyncio.Event()

    async def read(query: Callable[[PostgresConnection], None]) -> None:
        def run(connection: PostgresConnection) -> None:
            loop.call_soon_threadsafe(is_asked.set)
            query(connection)

        await loop.run_in_executor(pool.executor, pool.run, run)

    with closing(ConnectionPool(url)) as pool, closing(PostgresConnection(url)) as connection:
        commits, heard = Delivered(), list[AccessChanges]()
        log = AccessLog(connection, commits, read)
        log.follow(heard.append)
        yield Asked(log, connection, commits, heard, is_asked)


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
    with asked_log(postgres_url) as asked:
        with asked.commits.commit_lock:
            asking = asyncio.create_task(asked.log.catch_up())
            await asked.is_asked.wait()
            asked.connection.execute(_ADD_ERIN)
        assert await asking
    assert [list(changes.users) for changes in asked.heard] == [["erin"]]


async def test_a_commit_that_waits_holds_up_no_look(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may wait for a standby that never comes back, and what is new may be of before it."""
    monkeypatch.setattr(access_log, "COMMIT_PATIENCE_S", 0.0)
    with asked_log(postgres_url) as asked, asked.commits.commit_lock:
        asked.connection.execute(_ADD_ERIN)
        assert await asked.log.catch_up()
        assert await asked.log.catch_up()
        assert [list(changes.users) for changes in asked.heard] == [["erin"]]


async def test_a_look_that_sees_a_group_which_is_not_delivered_waits_for_it(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that group applies by itself may be older than what is read."""
    monkeypatch.setattr(access_log, "COMMIT_PATIENCE_S", 0.0)
    looked = asyncio.Event()
    loop, look = asyncio.get_running_loop(), AccessLog._look_beside_commit

    def look_and_tell(log: AccessLog, connection: PostgresConnection) -> bool:
        is_in_order = look(log, connection)
        loop.call_soon_threadsafe(looked.set)
        return is_in_order

    monkeypatch.setattr(AccessLog, "_look_beside_commit", look_and_tell)
    with asked_log(postgres_url) as asked:
        with asked.commits.commit_lock:
            asked.connection.execute("INSERT INTO nodes (node_id, last_group, seen_at) VALUES ('one', 7, 0)")
            asked.connection.execute(_ADD_ERIN)
            asking = asyncio.create_task(asked.log.catch_up())
            await looked.wait()
            assert asked.heard == []
            asked.commits.delivered_group = 7
        assert await asking
        assert [list(changes.users) for changes in asked.heard] == [["erin"]]


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
