"""Patroni fails the database over by itself under writers: when PostgreSQL crashes, and when its machine is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from hero_assistance_sdk.paths import Paths
from tests.capabilities import LONG_POSTGRES, PATRONI, POSTGRES, needs
from tests.postgres_patroni import Member, Patroni, running_patroni
from tests.server.desk import Desk, running
from tests.server.postgres.daemons import another_root
from tests.server.postgres.fail_over import WRITERS, Writing, expect_each_once, hearing, writing

pytestmark = [pytest.mark.anyio, needs(LONG_POSTGRES, PATRONI, POSTGRES), pytest.mark.timeout(300)]


@pytest.fixture
def patroni() -> Iterator[Patroni]:
    with running_patroni() as made:
        yield made


@asynccontextmanager
async def two_desks(env: dict[str, str], url: str) -> AsyncIterator[tuple[Desk, Desk]]:
    with another_root(env) as other:
        async with (
            running(Paths.from_environ(env), database=url) as one,
            running(Paths.from_environ(other), database=url) as two,
        ):
            yield one, two


async def fail_over(patroni: Patroni, told: Writing, kill: Callable[[Member], None]) -> float:
    """Kill the primary and wait until another one is at work; returns how long no one was answered."""
    await asyncio.to_thread(patroni.wait_for_standby)
    await told.acknowledges(4 * WRITERS)
    before = await asyncio.to_thread(patroni.find_primary)
    killed_at = time.monotonic()
    kill(before)
    # At most one of each writer was answered before the primary was lost, and is heard of now.
    await told.acknowledges(3 * WRITERS)
    assert (await asyncio.to_thread(patroni.find_primary)).name != before.name
    return told.gap_after(killed_at)


def test_the_member_that_is_left_names_the_primary(patroni: Patroni) -> None:
    primary = patroni.find_primary()
    for member in patroni.members.values():
        if member is not primary:
            member.kill()
    assert patroni.find_primary() is primary


async def test_what_was_acknowledged_survives_two_fail_overs(hero_env: dict[str, str], patroni: Patroni) -> None:
    url = patroni.create_database()
    async with two_desks(hero_env, url) as desks, hearing(desks[1]) as hear:
        async with writing(*desks) as told:
            crash = await fail_over(patroni, told, Member.kill_postgres)
            # The member that crashed comes back as the standby.
            loss = await fail_over(patroni, told, Member.kill)
        print(f"the gap was {crash:.1f} s after a crash, {loss:.1f} s after the loss of a machine")
        heard = await hear(set(told.tickets))
    expect_each_once(told, heard, url)
