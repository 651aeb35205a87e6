"""The primary is killed under writers, and its standby promoted: what was acknowledged is there, and once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing

import psycopg
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Event, Reset
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.opening import check_database, open_up_to_date
from hero_assistance_server.storage.postgres.reachability import COMMIT_WAITS
from hero_assistance_server.storage.postgres.report import report_database
from tests.capabilities import POSTGRES, needs
from tests.postgres import name_of
from tests.postgres_pair import Pair, running_pair
from tests.server.desk import STOP_S, Desk, running
from tests.server.postgres.daemons import another_root, daemon
from tests.server.postgres.fail_over import WRITERS, expect_each_once, hearing, read_seqs, writing
from tests.server.postgres.test_away import wait_until
from tests.server.postgres.test_nodes import create, node
from tests.server.store_fixtures import NOON

pytestmark = [pytest.mark.anyio, needs(POSTGRES)]


@pytest.fixture
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with running_pair(request.param) as made:
        yield made


@pytest.mark.parametrize("pair", ["on", "remote_apply"], indirect=True)
async def test_what_was_acknowledged_survives_the_primary(hero_env: dict[str, str], pair: Pair) -> None:
    url = pair.create_database()
    with another_root(hero_env) as other_env:
        async with daemon(hero_env, url) as one, daemon(other_env, url) as other:
            desks = (Desk(one.paths), Desk(other.paths))
            async with hearing(desks[1]) as hear:
                async with writing(*desks) as told:
                    await told.acknowledges(4 * WRITERS)
                    killed_at = time.monotonic()
                    pair.primary.kill()
                    await asyncio.to_thread(pair.promote)
                    # At most one of each writer was answered before the primary was lost, and is heard of now.
                    await told.acknowledges(3 * WRITERS)
                print(f"the gap was {told.gap_after(killed_at):.2f} s")
                heard = await hear(set(told.tickets))
    expect_each_once(told, heard, url)
    seqs, timelines = read_seqs(url)
    (_, begin), (last, first) = timelines
    assert seqs == [*range(begin + 1, last + 1), *range(first + 1, first + 1 + len(told.tickets) - (last - begin))]


@pytest.mark.parametrize("pair", [None], indirect=True)
async def test_what_an_asynchronous_standby_lacks_is_lost_in_the_open(
    hero_env: dict[str, str], paths: Paths, pair: Pair
) -> None:
    """No one is shown something else under the number of what is lost."""
    url = pair.create_database()
    async with daemon(hero_env, url) as server:
        desk = Desk(paths)
        kept = await desk.call("ticket.create", "carol", title="kept", body="b")
        seen_before = (await desk.call("system.health"))["seq"]
        pair.wait_for_standby()
        pair.disconnect()
        lost = await desk.call("ticket.create", "carol", title="lost", body="b")
        seen = (await desk.call("system.health"))["seq"]
        assert await search(desk, "lost") == ["lost"]
        pair.primary.kill()
        await asyncio.to_thread(pair.promote)
        assert await asyncio.to_thread(server.process.wait, STOP_S) == 1
        assert "the database was set back" in server.log.read_text()
        assert "Traceback" not in server.log.read_text()
        await desk.aclose()
    async with daemon(hero_env, url):
        desk = Desk(paths)
        assert await search(desk, "lost") == []
        made = await desk.call("ticket.create", "carol", title="new", body="b")
        assert made["ticket_id"] > lost["ticket_id"] + 900
        assert (await desk.call("ticket.get", "bob", ticket_id=kept["ticket_id"]))["title"] == "kept"
        assert isinstance(await first_of(desk, seen), Reset)
        event = await first_of(desk, seen_before)
        assert isinstance(event, Event)
        assert event.ticket is not None
        assert event.ticket.title == "new"
        await desk.aclose()


async def search(desk: Desk, word: str) -> list[str]:
    found = await desk.call("search.tickets", "bob", query=word)
    return [one["ticket"]["title"] for one in found["found"]]


async def first_of(desk: Desk, since: int) -> Event | Reset:
    async with aclosing(desk.subscribe("bob", since)) as events, asyncio.timeout(STOP_S):
        return await anext(events)


@pytest.mark.parametrize("pair", ["on"], indirect=True)
async def test_a_standby_is_named_as_such(pair: Pair) -> None:
    url = pair.create_database()
    pair.wait_for_standby()
    name = name_of(url)
    alone = pair.standby.url_of(name)
    with pytest.raises(StoreUnavailable, match="it is a standby"):
        check_database(alone)
    with pytest.raises(StoreUnavailable, match="it is a standby"):
        open_up_to_date(alone, NOON)
    assert not report_database(alone).is_primary
    # The primary is asked, whichever comes first.
    found = report_database(f"postgresql://desk@/{name}?host={pair.standby.folder},{pair.primary.folder}")
    assert (found.is_primary, found.standbys, found.is_synchronous) == (True, 1, True)


@pytest.mark.parametrize("pair", ["on"], indirect=True)
async def test_commits_that_wait_for_a_standby_are_a_condition(paths: Paths, pair: Pair) -> None:
    async with running(paths, database=pair.create_database()) as desk:
        await desk.call("ticket.create", "carol", title="before", body="b")
        await asyncio.to_thread(pair.lose_standby)
        token = {"client_token": "waiting"}
        waiting = asyncio.create_task(desk.call("ticket.create", "carol", title="waits", body="b", **token))
        try:
            await wait_until(desk, [COMMIT_WAITS])
            # What the node knows of who may come in is more than a second old by now.
            for user in ("bob", "carol", "dave"):
                assert len((await desk.call("ticket.list", user))["tickets"]) == (user != "dave")
        finally:
            # The server ends when the commit does.
            pair.release_commits()
        await wait_until(desk, [])
        await asyncio.gather(waiting, return_exceptions=True)
        assert (await desk.call("ticket.create", "carol", title="waits", body="b", **token))["ticket_id"] == 2


@pytest.mark.parametrize("pair", ["on"], indirect=True)
async def test_a_commit_that_lost_its_connection_still_waits_for_the_standby(pair: Pair) -> None:
    """The primary shows it by then; it is lost if that is lost."""
    async with node(pair.create_database()) as one:
        await one.write(create)
        await asyncio.to_thread(pair.lose_standby)
        writing = asyncio.create_task(one.write(create))
        committing = await find_waiting(pair, writing, "0")
        pair.primary.execute(f"SELECT pg_terminate_backend({committing})")
        await find_waiting(pair, writing, committing)
        pair.release_commits()
        assert await writing == 2
        assert await one.write(create) == 3


async def find_waiting(pair: Pair, writing: asyncio.Task[int], before: str) -> str:
    """Return the process whose commit waits for the standby, once it is another one than before."""
    waiting = f"SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND pid <> {before}"  # noqa: S608
    found = "0"
    while found == "0":
        found = await asyncio.to_thread(pair.primary.execute, waiting)
        assert not writing.done()
    return found


@pytest.mark.parametrize("pair", ["on"], indirect=True)
async def test_a_primary_that_comes_back_is_passed_by(paths: Paths, pair: Pair) -> None:
    """It takes writes, and is the first of the hosts."""
    url = pair.create_database()
    name = name_of(url)
    async with running(paths, database=url) as desk:
        first = await desk.call("ticket.create", "carol", title="first", body="b")
        pair.primary.kill()
        await asyncio.to_thread(pair.promote)
        await wait_until(desk, [])
        second = await desk.call("ticket.create", "carol", title="second", body="b")
        with pair.old_primary():
            # Each connection is made again, with both to choose from.
            pair.standby.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
            )
            third = await desk.call("ticket.create", "carol", title="third", body="b")
            assert await search(desk, "second") == ["second"]
            with pytest.raises(StoreUnavailable, match="it is an old primary"):
                check_database(pair.primary.url_of(name))
            with psycopg.connect(pair.primary.url_of(name)) as old:
                found = old.execute("SELECT title FROM hero_assistance.tickets").fetchall()
    assert found == [("first",)]
    assert [first["ticket_id"], second["ticket_id"], third["ticket_id"]] == [1, 2, 3]
