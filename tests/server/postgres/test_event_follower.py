"""Each node publishes the events of all nodes, in the order of their numbers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import cast

import psycopg
import pytest

from hero_assistance_sdk.wire import Seq, TicketId, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.postgres import event_follower
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.event_follower import (
    POLL_S,
    EventFollower,
    EventPortion,
    Followed,
    read_portion,
)
from hero_assistance_server.storage.postgres.store import open_store
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.postgres import Cluster
from tests.server.contract import ticket_changes
from tests.server.contract.ticket_changes import CAROL
from tests.server.desk import until
from tests.server.postgres.test_nodes import cut
from tests.server.store_fixtures import NOON

pytestmark = pytest.mark.anyio

TIMEOUT_S = 20.0


class Node:
    """An open store, and the events that it published."""

    def __init__(self) -> None:
        self.published: list[StoredEvent] = []
        self._grew = asyncio.Event()

    storage: Storage

    def publish(self, event: StoredEvent) -> None:
        self.published.append(event)
        self._grew.set()

    async def publishes(self, count: int) -> list[int]:
        """Wait for so many events; returns their numbers."""
        async with asyncio.timeout(TIMEOUT_S):
            while len(self.published) < count:
                self._grew.clear()
                await self._grew.wait()
        return [int(event.seq) for event in self.published]


@asynccontextmanager
async def node(url: str) -> AsyncIterator[Node]:
    found = Node()
    async with open_store(url, clock=lambda: NOON, publish=found.publish) as store:
        await store.write(lambda work: work.users.save(CAROL, NOON))
        found.storage = cast(Storage, store)
        yield found


def create(work: UnitOfWork) -> TicketId:
    return ticket_changes.create(work).ticket_id


def create_and_skip(work: UnitOfWork) -> TicketId:
    work.skip_event()
    return create(work)


@pytest.mark.parametrize("own", [create, create_and_skip])
async def test_every_node_publishes_all_events_once_and_in_order(
    postgres_url: str, own: Callable[[UnitOfWork], TicketId]
) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        await asyncio.gather(*((one, other)[turn % 2].storage.write(own) for turn in range(40)))
        stored = await one.storage.read(lambda snapshot: snapshot.events.last_seq())
        numbers = await one.publishes(40)
        assert numbers == await other.publishes(40)
        assert numbers == sorted(set(numbers))
        assert numbers[-1] == stored


async def test_an_event_of_another_node_has_its_readers_and_who_sees_the_ticket(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        ticket_id = await one.storage.write(create)
        await one.publishes(1)
        await other.publishes(1)
    own, read = one.published[0], other.published[0]
    assert read.people == own.people == frozenset({UserId("carol")})
    assert (read.kind, read.reach, read.payload) == (own.kind, own.reach, own.payload)
    assert read.seen_by == (ticket_id, frozenset({UserId("carol")}))


async def test_a_node_that_opens_publishes_only_what_comes(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        await one.storage.write(create)
        async with node(postgres_url) as later:
            await one.storage.write(create)
            assert await later.publishes(1) == [2]


async def test_cached_answers_are_dropped_when_another_node_commits(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        before = other.storage.commits
        await one.storage.write(create)
        await other.publishes(1)
        assert other.storage.commits > before


async def test_cached_answers_are_dropped_when_another_node_commits_without_an_event(postgres_url: str) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        # The first look is over.
        await one.storage.write(create)
        await other.publishes(1)
        before = other.storage.commits
        await one.storage.write(lambda work: work.record_audit_entry("a", Caller(CAROL), {}))
        await until(lambda: other.storage.commits > before)


async def test_what_a_lost_connection_missed_is_caught_up_from_the_table(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.storage.write(create)
        await other.publishes(1)
        cut(postgres_cluster, postgres_url)
        for _ in range(3):
            await one.storage.write(create)
        assert await other.publishes(4) == [1, 2, 3, 4]


async def test_a_lost_connection_is_not_made_again_without_listening(
    postgres_url: str, postgres_cluster: Cluster
) -> None:
    with closing(PostgresConnection(postgres_url)) as connection:
        assert read_portion(connection, Seq(0)).events == []
        cut(postgres_cluster, postgres_url)
        with pytest.raises(psycopg.OperationalError):
            read_portion(connection, Seq(0))


async def test_a_defect_does_not_end_what_follows(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_follower, "POLL_S", 0.05)
    delivered: list[EventPortion] = []
    done = threading.Event()

    def deliver(portion: EventPortion) -> None:
        delivered.append(portion)
        if len(delivered) == 1:
            raise LookupError("a defect")
        done.set()

    async with node(postgres_url) as one:
        await one.storage.write(create)
    followed = Followed("a node", threading.Lock(), lambda _connection: None, lambda _reason: None)
    follower = EventFollower(postgres_url, Seq(0), followed, deliver)
    follower.start()
    try:
        assert await asyncio.to_thread(done.wait, TIMEOUT_S)
    finally:
        follower.stop()
    assert [event.seq for event in delivered[1].events] == [1]


async def test_no_notice_of_what_is_published_reads_the_table(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[EventPortion] = []

    def note(connection: PostgresConnection, after: Seq) -> EventPortion:
        read.append(read_portion(connection, after))
        return read[-1]

    # The first look at the table is the last that no notice asks for.
    monkeypatch.setattr(event_follower, "POLL_S", 1000.0)
    async with node(postgres_url) as one, node(postgres_url) as other:
        await other.storage.write(create)
        await one.publishes(1)
        await one.storage.write(create)
        await other.publishes(2)
        monkeypatch.setattr(event_follower, "read_portion", note)
        for _ in range(5):
            await one.storage.write(create)
        # A node gets notices in their order, so that those of its own groups come before this one.
        await other.storage.write(create)
        await one.publishes(8)
        assert read
        # Each notice of the other node has the table read, also one that comes when its event is read already.
        assert sum(not portion.events for portion in read) <= 2


async def test_a_node_that_is_alone_reads_none_of_its_own_events(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        before = one.storage.commits
        for _ in range(5):
            await one.storage.write(create)
        # Longer than the follower waits between two looks at the table.
        await asyncio.sleep(1.5 * POLL_S)
        assert await one.publishes(5) == [1, 2, 3, 4, 5]
        assert one.storage.commits == before + 5
