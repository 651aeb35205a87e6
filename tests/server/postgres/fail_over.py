"""Writers who go on over a fail-over as clients do: each sends a change again, with its token, until it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Event
from tests.server.desk import Desk

WRITERS = 32
# What a test waits for at most; a fail-over by Patroni takes its `ttl` and more.
TIMEOUT_S = 120.0
_PAUSE_S = 0.05


@dataclass
class Writing:
    """What the servers have said to keep: the ticket of each token, and when it was said."""

    tickets: dict[str, int] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    is_over: bool = False
    _grew: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, token: str, ticket_id: int) -> None:
        """Note a ticket that was acknowledged."""
        self.tickets[token] = ticket_id
        self.times.append(time.monotonic())
        self._grew.set()

    async def acknowledges(self, more: int) -> None:
        """Wait for so many more tickets."""
        wanted = len(self.tickets) + more
        async with asyncio.timeout(TIMEOUT_S):
            while len(self.tickets) < wanted:
                self._grew.clear()
                await self._grew.wait()

    def gap_after(self, moment: float) -> float:
        """How long after a moment the longest silence since then ended."""
        silences = zip(self.times, self.times[1:], strict=False)
        _, end = max((end - begin, end) for begin, end in silences if end > moment)
        return end - moment


@asynccontextmanager
async def writing(*desks: Desk) -> AsyncIterator[Writing]:
    """Have 32 writers file tickets at some servers, each at the next one after an error, and end with an answer."""
    told = Writing()
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(WRITERS):
                group.create_task(_write(desks, number, told))
            yield told
            told.is_over = True
    finally:
        for desk in desks:
            await desk.aclose()


async def _write(desks: tuple[Desk, ...], writer: int, told: Writing) -> None:
    number, turn = 0, writer
    while not told.is_over:
        number += 1
        token = f"w{writer}-{number}"
        while token not in told.tickets:
            desk = desks[turn % len(desks)]
            try:
                made = await desk.call("ticket.create", "carol", title=token, body="b", client_token=token)
                told.note(token, made["ticket_id"])
            except RpcFailure as error:
                told.reasons.add(error.remote_reason or str(error))
                turn += 1
                await asyncio.sleep(_PAUSE_S)


@asynccontextmanager
async def hearing(desk: Desk) -> AsyncIterator[Callable[[set[str]], Awaitable[list[str]]]]:
    """Hold one stream open, and give what it brought: the titles of new tickets, up to all of a set."""
    heard: list[str] = []
    grew = asyncio.Event()
    since = (await desk.call("system.health"))["seq"]

    async def listen() -> None:
        async with contextlib.aclosing(desk.subscribe("bob", since)) as events:
            async for event in events:
                assert isinstance(event, Event), "the stream was reset"
                assert event.ticket is not None
                heard.append(event.ticket.title)
                grew.set()

    async def wait_for(titles: set[str]) -> list[str]:
        async with asyncio.timeout(TIMEOUT_S):
            while not titles <= set(heard):
                assert not listening.done(), listening.exception()
                grew.clear()
                await grew.wait()
        return heard

    listening = asyncio.create_task(listen())
    try:
        yield wait_for
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def expect_each_once(told: Writing, heard: list[str], url: str) -> None:
    """Assert that the database has what was acknowledged, and nothing else, and that a stream brought nothing twice."""
    assert told.reasons <= {"store-unavailable"}, told.reasons
    with psycopg.connect(url, target_session_attrs="read-write") as connection:
        tickets = connection.execute("SELECT title, ticket_id FROM hero_assistance.tickets").fetchall()
    assert dict(tickets) == told.tickets, set(tickets) ^ set(told.tickets.items())
    assert len(dict(tickets)) == len(tickets), tickets
    assert len(heard) == len(set(heard)), heard


def read_seqs(url: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Read the numbers of all events in order; and of each timeline the numbers before and at its begin."""
    with psycopg.connect(url, target_session_attrs="read-write") as connection:
        seqs = connection.execute("SELECT seq FROM hero_assistance.events ORDER BY seq").fetchall()
        timelines = "SELECT last_seq, first_seq FROM hero_assistance.timelines ORDER BY first_seq"
        return [seq for (seq,) in seqs], connection.execute(timelines).fetchall()
