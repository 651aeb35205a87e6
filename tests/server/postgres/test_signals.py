"""What one node leaves for the work of another is done soon, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.jobs.running import running
from hero_assistance_server.outbox.model import Delivery, DeliveryState, Outcome, Sent, StoredDelivery
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.postgres.nodes import job_locks, node
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.webhooks.follower import WebhookFollower, following
from hero_assistance_server.webhooks.service import create_webhook
from tests.postgres import Cluster
from tests.server.contract.nodes import open_postgres_node
from tests.server.contract.test_job_locks import Job
from tests.server.contract.ticket_changes import CAROL, create
from tests.server.desk import STOP_S, until
from tests.server.postgres.connection_proxy import losing_commits
from tests.server.postgres.test_nodes import cut
from tests.server.test_sender import ListChannel, send

pytestmark = pytest.mark.anyio


@pytest.fixture
async def nodes(postgres_url: str) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two nodes that listen already: each has got a job."""
    jobs = [Job(), Job()]
    async with open_postgres_node(postgres_url) as (one, _), open_postgres_node(postgres_url) as (other, _):
        async with running(jobs[0].on(one, "one"), jobs[1].on(other, "other")):
            await until(lambda: all(job.is_running for job in jobs))
        yield one, other


class Bell:
    """Counts how often it was rung."""

    def __init__(self) -> None:
        self.count = 0

    def ring(self) -> None:
        self.count += 1


def now() -> datetime:
    return datetime.now(UTC)


async def add(store: Storage, *keys: str) -> None:
    await store.write(
        lambda work: [work.outbox.add(Delivery("mail", key, "a@example.org", "{}", work.now), work.now) for key in keys]
    )


async def list_states(store: Storage) -> list[DeliveryState]:
    return await store.read(lambda snapshot: [one.state for one in snapshot.outbox.iterate_newest(None, None, 10_000)])


async def all_sent(store: Storage, count: int) -> None:
    async with asyncio.timeout(STOP_S):
        while await list_states(store) != [DeliveryState.DONE] * count:
            pass


async def test_a_signal_rings_on_the_other_nodes_by_its_name(nodes: tuple[Storage, Storage]) -> None:
    one, other = (storage.nodes.signals for storage in nodes)
    bells = {name: Bell() for name in ("own", "asked", "not asked", "last")}
    own, asked, not_asked, last = bells.values()
    one.follow("asked", own.ring)
    other.follow("asked", asked.ring)
    other.follow("not-asked", not_asked.ring)
    other.follow("last", last.ring)
    one.send("asked")
    await until(lambda: asked.count == 1)
    one.send("last")
    await until(lambda: last.count == 1)
    assert (own.count, not_asked.count) == (0, 0)


async def test_what_was_missed_without_a_connection_rings(
    nodes: tuple[Storage, Storage], postgres_cluster: Cluster, postgres_url: str
) -> None:
    bell = Bell()
    nodes[1].nodes.signals.follow("asked", bell.ring)
    cut(postgres_cluster, postgres_url)
    await until(lambda: bell.count > 0)


async def test_what_any_node_adds_to_the_outbox_is_sent_by_one_of_them_once(nodes: tuple[Storage, Storage]) -> None:
    channels = [ListChannel(send), ListChannel(send)]
    senders = [Sender(storage, [channel], now) for storage, channel in zip(nodes, channels, strict=True)]
    async with sending(senders[0]):
        await until(lambda: senders[0].is_begun)
        async with sending(senders[1]):
            for number, storage in enumerate(nodes):
                await add(storage, f"{number} a", f"{number} b")
            await all_sent(nodes[0], 4)
    assert [sorted(channel.delivered) for channel in channels] == [["0 a", "0 b", "1 a", "1 b"], []]
    assert not senders[1].is_begun


async def test_what_a_node_had_in_flight_when_it_was_cut_off_is_sent_by_another(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_delivery: StoredDelivery) -> Outcome:
        await asyncio.Event().wait()
        return Sent("")

    monkeypatch.setattr(job_locks, "ASK_EVERY_S", 0.0)
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        stuck, working = ListChannel(never), ListChannel(send)
        async with (
            open_postgres_node(url) as (one, _),
            open_postgres_node(postgres_url) as (other, _),
            sending(Sender(one, [stuck], now)),
        ):
            await add(one, "a")
            await until(lambda: stuck.delivered == ["a"])
            async with sending(Sender(other, [working], now)):
                proxy.stays_away, proxy.lost = True, 1
                cut(postgres_cluster, postgres_url)
                await all_sent(other, 1)
                await until(lambda: stuck.under_way == 0)
                proxy.stays_away = False
        assert working.delivered == ["a"]


async def test_a_node_that_dies_between_its_commit_and_its_signal_has_the_others_look(
    nodes: tuple[Storage, Storage], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third node is in the table alone: its lease ends, and it says nothing."""
    monkeypatch.setattr(node, "RENEW_S", 0.1)
    bell = Bell()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("INSERT INTO hero_assistance.nodes VALUES ('third', 0, 0, 9e15)")
        await until(lambda: nodes[0].nodes.count == 3)
        nodes[0].nodes.signals.follow("asked", bell.ring)
        connection.execute("UPDATE hero_assistance.nodes SET lease_until = 0 WHERE node_id = 'third'")
        await until(lambda: bell.count > 0)


async def test_a_webhook_that_another_node_made_is_followed_by_the_node_that_has_the_job(
    nodes: tuple[Storage, Storage],
) -> None:
    one, other = nodes
    followers = [WebhookFollower(), WebhookFollower()]
    for storage, follower in zip(nodes, followers, strict=True):
        follower.join(storage.nodes.signals)

    def make(work: UnitOfWork) -> None:
        work.users.save(CAROL, work.now)
        kinds = (EventKind("ticket.created"),)
        create_webhook(work, Caller(CAROL), url="https://a.example", description="", kinds=kinds, with_notes=False)

    async with following(followers[0], one):
        # It has looked, and knows of no webhook.
        await until(lambda: not followers[0]._has_webhooks)
        async with following(followers[1], other):
            await other.write(make)
            await other.write(lambda work: create(work).ticket_id)
            followers[1].ring()
            async with asyncio.timeout(STOP_S):
                while await list_states(other) != [DeliveryState.WAITING]:
                    pass
