"""Several nodes on one database: one order of all commits, and what becomes of a connection that is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import psycopg
import pytest

from hero_assistance_sdk.wire import Priority, TicketId
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.postgres.opening import NODES_KEPT
from hero_assistance_server.storage.postgres.store import PostgresStore, open_store
from hero_assistance_server.storage.postgres.write_path import groups
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.postgres import Cluster, name_of
from tests.server.contract import ticket_changes
from tests.server.contract.ticket_changes import CAROL
from tests.server.postgres.connection_proxy import losing_commits
from tests.server.store_fixtures import NOON

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def node(url: str) -> AsyncIterator[FileStorage]:
    async with open_store(url, clock=lambda: NOON, publish=lambda _: None) as store:
        await store.write(lambda work: work.users.save(CAROL, NOON))
        yield cast(FileStorage, store)


def create(work: UnitOfWork) -> TicketId:
    return ticket_changes.create(work).ticket_id


def read_numbers(url: str) -> tuple[list[int], list[int]]:
    """Return the ids of the tickets, and the numbers of the events with the ticket of each in their order."""
    with psycopg.connect(url) as connection:
        tickets = connection.execute("SELECT ticket_id FROM hero_assistance.tickets ORDER BY 1").fetchall()
        events = connection.execute("SELECT seq FROM hero_assistance.events ORDER BY 1").fetchall()
    return [row[0] for row in tickets], [row[0] for row in events]


async def test_numbers_of_all_nodes_follow_each_other_without_a_gap(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        found = await asyncio.gather(*((one, other)[turn % 2].write(create) for turn in range(60)))
        assert sorted(found) == list(range(1, 61))
        assert await one.read(lambda snapshot: snapshot.events.last_seq()) == 60
    assert read_numbers(postgres_url) == (list(range(1, 61)), list(range(1, 61)))


async def test_a_command_that_fails_leaves_no_number_out(postgres_url: str) -> None:
    def fail(work: UnitOfWork) -> None:
        create(work)
        raise LookupError("a defect")

    async with node(postgres_url) as one:
        results = await asyncio.gather(
            *(one.write(command) for command in (create, fail, create)), return_exceptions=True
        )
        assert isinstance(results[1], Exception)
    assert read_numbers(postgres_url) == ([1, 2], [1, 2])


async def test_one_group_is_one_notice_with_its_last_number_and_its_node(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as listener:
        async with node(postgres_url) as one:
            listener.execute("LISTEN hero_assistance")
            await asyncio.gather(*(one.write(create) for _ in range(5)))
            heard = [notice.payload.split() for notice in listener.notifies(timeout=0.5)]
            ids = [row[0] for row in listener.execute("SELECT node_id FROM hero_assistance.nodes")]
    assert heard == [["5", *ids]]


async def test_a_node_follows_the_settings_that_another_changed(postgres_url: str) -> None:
    promised = ProjectSettings(first_response_minutes={Priority.NORMAL: 5})
    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.write(create)
        await other.write(lambda work: work.project.save_changes(ProjectSettings(), promised))
        ticket_id = await one.write(create)
        ticket = await one.read(lambda snapshot: snapshot.tickets.find(ticket_id))
    assert ticket is not None
    assert ticket.first_response_due is not None


async def test_a_node_that_opens_forgets_those_of_long_ago(postgres_url: str) -> None:
    def open_at(time: datetime) -> AbstractAsyncContextManager[PostgresStore]:
        return open_store(postgres_url, clock=lambda: time, publish=lambda _: None)

    def ids() -> set[str]:
        with psycopg.connect(postgres_url) as connection:
            return {row[0] for row in connection.execute("SELECT node_id FROM hero_assistance.nodes")}

    async with open_at(NOON) as first:
        await first.write(lambda work: work.users.save(CAROL, NOON))
        (first_id,) = ids()
    async with open_at(NOON + NODES_KEPT) as second:
        await second.write(lambda work: work.users.save(CAROL, NOON))
        assert first_id in ids()
        (second_id,) = ids() - {first_id}
    async with open_at(NOON + NODES_KEPT + timedelta(seconds=1)):
        assert first_id not in ids()
        assert second_id in ids()


async def test_a_node_that_lives_is_never_forgotten(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        await one.write(create)
        later = NOON + NODES_KEPT * 2
        async with open_store(postgres_url, clock=lambda: later, publish=lambda _: None):
            with psycopg.connect(postgres_url) as connection:
                found = connection.execute("SELECT last_group FROM hero_assistance.nodes WHERE last_group > 0")
                assert found.fetchall() == [(2,)]


async def test_a_connection_that_was_cut_between_two_groups_is_made_again(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    async with node(postgres_url) as one:
        await one.write(create)
        assert await one.read(lambda snapshot: snapshot.events.last_seq()) == 1
        cut(postgres_cluster, postgres_url)
        assert await one.write(create) == 2
        assert await one.read(lambda snapshot: snapshot.events.last_seq()) == 2


async def test_a_connection_that_is_lost_within_a_group_leaves_nothing(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    def create_and_be_cut(work: UnitOfWork) -> int:
        ticket_id = create(work)
        cut(postgres_cluster, postgres_url)
        return ticket_id

    async with node(postgres_url) as one:
        with pytest.raises(Exception, match="the database cannot be written"):
            await one.write(create_and_be_cut)
        assert await one.write(create) == 1
    assert read_numbers(postgres_url) == ([1], [1])


async def test_a_commit_whose_answer_is_lost_is_found(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path
) -> None:
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with node(url) as one:
            proxy.loses_next_commit = True
            assert await one.write(create) == 1
            assert proxy.lost == 1
            assert await one.write(create) == 2
    assert read_numbers(postgres_url) == ([1, 2], [1, 2])


async def test_commands_whose_outcome_stays_unknown_are_not_done_twice(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "OUTCOME_TIMEOUT_S", 0.3)
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with node(url) as one:
            proxy.loses_next_commit = proxy.stays_away = True
            outcomes = await asyncio.gather(one.write(create), one.write(create), return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [StoreUnavailable, StoreUnavailable]
            assert "may have been made" in str(outcomes[0])
            proxy.stays_away = False
            assert await one.write(create) == 3
    assert read_numbers(postgres_url) == ([1, 2, 3], [1, 2, 3])


async def test_an_outcome_that_a_standby_cannot_tell_stays_unknown(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executed again once it is promoted, the group could be done twice."""
    monkeypatch.setattr(groups, "OUTCOME_TIMEOUT_S", 0.3)
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with node(url) as one:
            # Like a standby, the next connection refuses to lock a row.
            set_default(postgres_cluster, postgres_url, "default_transaction_read_only = on")
            proxy.loses_next_commit = True
            outcomes = await asyncio.gather(one.write(create), one.write(create), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable, StoreUnavailable]
    assert "may have been made" in str(outcomes[0])
    assert read_numbers(postgres_url) == ([1, 2], [1, 2])


async def test_a_defect_on_a_connection_that_is_lost_fails_its_own_caller_alone(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    tries: list[UnitOfWork] = []

    def fail(work: UnitOfWork) -> None:
        create(work)
        if not tries:
            cut(postgres_cluster, postgres_url)
        tries.append(work)
        raise LookupError("a defect")

    async with node(postgres_url) as one:
        outcomes = await asyncio.gather(
            *(one.write(command) for command in (create, fail, create)), return_exceptions=True
        )
        assert [outcomes[0], type(outcomes[1]), outcomes[2]] == [1, LookupError, 2]
    assert read_numbers(postgres_url) == ([1, 2], [1, 2])


async def test_groups_follow_each_other_at_any_default_isolation(postgres_url: str, postgres_cluster: Cluster) -> None:
    own = f"datname = '{name_of(postgres_url)}'"
    waiting = f"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND {own}"  # noqa: S608
    set_default(postgres_cluster, postgres_url, "default_transaction_isolation = 'repeatable read'")
    async with node(postgres_url) as one:
        with psycopg.connect(postgres_url) as other:
            other.execute("UPDATE hero_assistance.last_ids SET last_id = last_id + 1 WHERE name = 'events'")
            written = asyncio.create_task(one.write(create))
            while await asyncio.to_thread(postgres_cluster.execute, waiting) == "0":
                pass
        assert await written == 1
    assert read_numbers(postgres_url) == ([1], [2])


async def test_a_database_that_is_away_fails_a_group_at_once(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path
) -> None:
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        async with node(url) as one:
            proxy.stays_away, proxy.lost = True, 1
            cut(postgres_cluster, postgres_url)
            outcomes = await asyncio.gather(*(one.write(create) for _ in range(20)), return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
            proxy.stays_away = False
            assert await one.write(create) == 1


def cut(cluster: Cluster, url: str) -> None:
    """End every connection to a database."""
    own = f"datname = '{name_of(url)}'"
    cluster.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}")  # noqa: S608


def set_default(cluster: Cluster, url: str, setting: str) -> None:
    """Have a setting for the connections to a database that are made from now on."""
    cluster.execute(f'ALTER DATABASE "{name_of(url)}" SET {setting}')
