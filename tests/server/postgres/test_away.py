"""A database that is away while a server runs: it says so, keeps its streams, and goes on by itself."""

from __future__ import annotations

import asyncio

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.storage.postgres.reachability import CONDITION
from tests.postgres import Cluster, name_of
from tests.server.desk import OPERATOR, STOP_S, Desk, running

pytestmark = pytest.mark.anyio


class Outage:
    """The database of one test, which can be taken away and given back."""

    def __init__(self, cluster: Cluster, url: str) -> None:
        self._cluster = cluster
        self._name = name_of(url)

    def begin(self) -> None:
        """End every connection, and let nobody connect."""
        self._cluster.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false')
        self._cluster.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'"  # noqa: S608
        )

    def end(self) -> None:
        self._cluster.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')


@pytest.fixture
def outage(postgres_cluster: Cluster, postgres_url: str) -> Outage:
    return Outage(postgres_cluster, postgres_url)


async def conditions(desk: Desk) -> list[str]:
    return [one["name"] for one in (await desk.call("system.health", OPERATOR))["conditions"]]


async def wait_until(desk: Desk, expected: list[str]) -> None:
    async with asyncio.timeout(2 * STOP_S):
        while await conditions(desk) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_the_server_says_so_and_goes_on(paths: Paths, postgres_url: str, outage: Outage) -> None:
    async with running(paths, database=postgres_url) as desk:
        made = await desk.call("ticket.create", "carol", title="before", body="b")
        await asyncio.to_thread(outage.begin)
        await wait_until(desk, [CONDITION])
        health = await desk.call("system.health", OPERATOR)
        assert health["status"] == "degraded"
        assert health["conditions"][0]["message"] == "the database cannot be used: it cannot be reached"
        assert "goes on by itself" in health["conditions"][0]["hint"]
        for method, params in (("ticket.create", {"title": "t", "body": "b"}), ("ticket.get", {"ticket_id": 1})):
            with pytest.raises(RpcFailure) as caught:
                await desk.call(method, "bob", **params)
            assert caught.value.remote_reason == "store-unavailable"
            # Any caller is told it: not where the database is.
            assert "/tmp/" not in str(caught.value)
        await asyncio.to_thread(outage.end)
        await wait_until(desk, [])
        after = await desk.call("ticket.create", "carol", title="after", body="b")
        assert after["ticket_id"] == made["ticket_id"] + 1


async def test_what_is_no_call_gets_503_and_a_time(paths: Paths, postgres_url: str, outage: Outage) -> None:
    async with running(paths, database=postgres_url) as desk:
        uploaded = await desk.upload("carol", "a.txt")
        await asyncio.to_thread(outage.begin)
        await wait_until(desk, [CONDITION])
        address = f"/attachments/{uploaded['attachment_id']}"
        answer = await desk.http().get(address, headers=desk.headers("carol"))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        await asyncio.to_thread(outage.end)
        await wait_until(desk, [])
        assert (await desk.http().get(address, headers=desk.headers("carol"))).content == b"content"


async def test_a_stream_stays_open_and_brings_what_comes_after(paths: Paths, postgres_url: str, outage: Outage) -> None:
    async with running(paths, database=postgres_url) as desk:
        since = (await desk.call("ticket.create", "carol", title="before", body="b"))["ticket_id"]
        heard: list[str] = []
        opened, caught_up = asyncio.Event(), asyncio.Event()

        async def listen() -> None:
            seq = (await desk.call("system.health"))["seq"]
            url, headers = "/events", {**desk.headers("bob"), "last-event-id": str(seq)}
            async with desk.http("events").stream("GET", url, headers=headers, timeout=None) as stream:
                opened.set()
                async for line in stream.aiter_lines():
                    if line.startswith("data:") and '"meanwhile"' in line:
                        caught_up.set()
                    if line.startswith("data:") and '"after"' in line:
                        heard.append(line)
                        return

        listening = asyncio.ensure_future(listen())
        await asyncio.wait_for(opened.wait(), STOP_S)
        # A stream that still reads what it has missed ends with an outage; its reader comes back.
        await desk.call("ticket.create", "carol", title="meanwhile", body="b")
        await asyncio.wait_for(caught_up.wait(), STOP_S)
        await asyncio.to_thread(outage.begin)
        await wait_until(desk, [CONDITION])
        assert not listening.done()
        await asyncio.to_thread(outage.end)
        await wait_until(desk, [])
        assert await desk.call("ticket.create", "carol", title="after", body="b") != since
        await asyncio.wait_for(listening, STOP_S)
        assert len(heard) == 1
