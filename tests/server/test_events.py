"""`GET /events`: audience, replay, live, reset, slow readers, and what a reader leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from hero_assistance_sdk.size_limits import QUEUE_BYTES
from hero_assistance_sdk.wire import Event, Reset, Role, Seq, UserId
from hero_assistance_server.realtime.hub import QUEUE_LIMIT, Hub
from hero_assistance_server.realtime.stream import PAGE, EventStream
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.users.model import User
from tests.capabilities import PROC, require
from tests.server.databases import find_database, open_store
from tests.server.desk import STOP_S, Desk, until
from tests.server.store_fixtures import file_ticket_of

pytestmark = pytest.mark.anyio

# A node has a few more; the readers of the test that leave are 60.
DATABASE_CONNECTIONS = 20
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
BOB = User(UserId("bob"), "Bob", Role.AGENT)


async def talk(desk: Desk) -> None:
    """Carol's ticket with a note and two replies, and one of dave's: events 1 to 5."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    await desk.call("message.note", "bob", ticket_id=1, body="secret")
    await desk.call("message.reply", "bob", ticket_id=1, body="hello")
    await desk.call("ticket.create", "dave", title="d", body="b")
    await desk.call("message.reply", "carol", ticket_id=1, body="thanks")


@contextlib.asynccontextmanager
async def stream(desk: Desk, user: str | None, **headers: str) -> AsyncIterator[AsyncIterator[Any]]:
    """The raw events of one connection."""
    sent = desk.headers(user) | {name.replace("_", "-"): value for name, value in headers.items()}
    async with desk.http("events").stream("GET", "/events", headers=sent) as response:
        assert response.status_code == 200
        yield aiter(httpx2.EventSource(response))


async def taken(events: AsyncIterator[Any], count: int) -> list[Any]:
    """The next `count` events; an agent's numbers, which come whenever they are counted, are passed over."""
    found: list[Any] = []
    async with asyncio.timeout(STOP_S):
        while len(found) < count:
            event = await anext(events)
            if event.event != "counts":
                found.append(event)
    return found


@pytest.mark.parametrize(
    ("user", "expected"),
    [("alice", [1, 2, 3, 4, 5]), ("bob", [1, 2, 3, 4, 5]), ("carol", [1, 3, 5]), ("dave", [4])],
)
async def test_each_is_told_what_they_may_know(desk: Desk, user: str, expected: list[int]) -> None:
    await talk(desk)
    assert [event.seq for event in await desk.heard(user, 0)] == expected


@pytest.mark.parametrize(("user", "expected"), [("bob", [1, 2, 3, 4, 5]), ("carol", [1, 3, 5]), ("dave", [4])])
async def test_each_asks_for_what_they_may_know(desk: Desk, user: str, expected: list[int]) -> None:
    """In pages, as the stream tells it."""
    await talk(desk)
    told: list[dict[str, Any]] = []
    page: dict[str, Any] = {"seq": 0}
    while page["seq"] < 5:
        page = await desk.call("event.list", user, since=page["seq"], limit=2)
        assert not page["reset"]
        told += page["events"]
    assert [event["seq"] for event in told] == expected
    assert [Event.model_validate(event, strict=False) for event in told] == await desk.heard(user, 0)
    assert await desk.call("event.list", user, since=9) == {"events": [], "seq": page["seq"] + 1, "reset": True}


async def test_the_same_live_as_replayed(desk: Desk) -> None:
    live: dict[str, list[Event | Reset]] = {}

    async def listen(user: str, count: int) -> None:
        async with contextlib.aclosing(desk.subscribe(user, 0)) as events:
            live[user] = [await anext(events) for _ in range(count)]

    async with asyncio.TaskGroup() as group, asyncio.timeout(STOP_S):
        for user, count in (("bob", 5), ("carol", 3), ("dave", 1)):
            group.create_task(listen(user, count))
        await talk(desk)
    for user in live:
        assert live[user] == await desk.heard(user, 0)


async def test_nothing_of_a_note_is_in_what_the_customer_is_told(desk: Desk) -> None:
    await talk(desk)
    told = [event.model_dump_json() for event in await desk.heard("carol", 0)]
    assert "secret" not in "".join(told)
    assert [event.ticket.message_count for event in await desk.heard("carol", 0) if event.ticket] == [0, 1, 2]
    assert [event.ticket.message_count for event in await desk.heard("bob", 0) if event.ticket] == [0, 1, 2, 0, 3]


async def test_the_bytes_of_a_stream(desk: Desk) -> None:
    """First a line that makes every proxy send its headers, and the stream's name; then id, event and data."""
    await desk.call("ticket.create", "carol", title="c", body="b")
    async with desk.http("events").stream("GET", "/events?since=0") as response:
        lines = response.aiter_lines()
        opening = [await anext(lines) for _ in range(8)]
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert (opening[:3], opening[4]) == (["retry: 1000", "", "event: connected"], "")
    assert opening[5:7] == ["id: 1", "event: ticket.created"]
    data = json.loads(opening[7].removeprefix("data: "))
    assert set(data) == {"seq", "kind", "ticket", "message", "record"}


async def test_the_header_wins_over_the_query(desk: Desk) -> None:
    await talk(desk)
    async with desk.http("events").stream(
        "GET", "/events", params={"since": "0"}, headers={"last-event-id": "4"}
    ) as response:
        opening, _connected, event = await taken(aiter(httpx2.EventSource(response)), 3)
    assert (opening.data, event.id) == ("", "5")


async def test_from_now_on_says_where_now_is(desk: Desk) -> None:
    """So that a reader that is cut off before its first event still misses nothing."""
    await talk(desk)
    async with stream(desk, "bob") as events:
        assert [(event.event, event.id) for event in await taken(events, 2)] == [("message", "5"), ("connected", "5")]
        await desk.call("ticket.create", "carol", title="c", body="b")
        assert [event.id for event in await taken(events, 1)] == ["6"]


@pytest.mark.parametrize("unknown", ["6", "99999999999999999999999", "-1", "x", "٣", "1.5"])
async def test_a_number_that_is_unknown_is_answered_with_a_reset(desk: Desk, unknown: str) -> None:
    await talk(desk)
    async with desk.http("events").stream("GET", "/events", params={"since": unknown}) as response:
        events = aiter(httpx2.EventSource(response))
        _, _connected, reset = await taken(events, 3)
        assert (reset.event, reset.id, json.loads(reset.data)) == ("reset", "5", {"seq": 5})
        await desk.call("ticket.create", "carol", title="c", body="b")
        assert [event.id for event in await taken(events, 1)] == ["6"]


async def test_a_number_older_than_what_is_kept_is_answered_with_a_reset(desk: Desk) -> None:
    await talk(desk)
    desk.execute("DELETE FROM events WHERE seq <= 2")
    async with contextlib.aclosing(desk.subscribe("bob", 1)) as events:
        assert await anext(events) == Reset(seq=Seq(5))
    assert [event.seq for event in await desk.heard("bob", 2)] == [3, 4, 5]


async def test_a_long_absence_is_made_up_in_pages_while_others_write(desk: Desk) -> None:
    """More than a page before, and writes during: no gap, no duplicate, in order."""
    before, during = 2 * PAGE + 10, 100
    await asyncio.gather(*(desk.call("ticket.create", "carol", title="c", body="b") for _ in range(before)))
    writing = asyncio.gather(*(desk.call("ticket.create", "dave", title="d", body="b") for _ in range(during)))
    async with contextlib.aclosing(desk.subscribe("bob", 0)) as events, asyncio.timeout(STOP_S):
        seqs = [(await anext(events)).seq for _ in range(before + during)]
    await writing
    assert seqs == list(range(1, before + during + 1))


class Busy:
    """A store where somebody writes around each read: the moments at which an event is lost or told twice."""

    def __init__(self, store: FileStorage, *, before: bool, writes: int) -> None:
        self._store, self._before, self._writes = store, before, writes

    async def read(self, query: Callable[[Snapshot], Any]) -> Any:
        if self._before:
            await self._write()
        result = await self._store.read(query)
        if not self._before:
            await self._write()
        return result

    async def _write(self) -> None:
        if self._writes:
            self._writes -= 1
            await file_tickets(self._store, 1)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("past", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
async def test_between_the_table_and_what_is_live_nothing_is_lost_or_twice(
    hero_root: Path, past: int, before: bool
) -> None:
    hub, writes = Hub(), 6
    async with open_store(hero_root, clock=lambda: datetime.now(UTC), publish=hub.publish) as store:
        await file_tickets(store, past)
        stream = EventStream(hub, cast(Storage, Busy(store, before=before, writes=writes)), ping_s=STOP_S)
        with hub.subscription(BOB) as subscription:
            async with contextlib.aclosing(stream.chunks(subscription, Seq(0))) as chunks, asyncio.timeout(STOP_S):
                seqs: list[int] = []
                while hub.last_seq == past or len(seqs) < hub.last_seq:
                    seqs += _seqs(await anext(chunks))
                await file_tickets(store, 1)
                seqs += _seqs(await anext(chunks))
    assert seqs == list(range(1, hub.last_seq + 1))


async def file_tickets(store: FileStorage, count: int) -> None:
    """Write tickets of carol, as fast as the store takes them."""

    def command(transaction: UnitOfWork) -> None:
        transaction.users.save(CAROL, transaction.now)
        file_ticket_of(transaction, CAROL)

    await asyncio.gather(*(store.write(command) for _ in range(count)))


def _seqs(chunk: bytes) -> list[int]:
    return [int(line[4:]) for line in chunk.split(b"\n") if line.startswith(b"id: ")]


async def test_a_silent_stream_pings() -> None:
    """The real interval is twenty seconds; the stream takes it as an argument."""
    hub = Hub()
    chunks = EventStream(hub, _no_store(), ping_s=0.01)
    with hub.subscription(BOB) as subscription:
        source = chunks.chunks(subscription, None)
        opening = [await anext(source) for _ in range(4)]
        await source.aclose()
    assert opening[0] == b"retry: 1000\nid: 0\n\n"
    assert opening[2:] == [b"event: ping\ndata: {}\n\n"] * 2


def _no_store() -> Storage:
    """A stream from now on reads nothing: an object without a database will do."""
    return cast(Storage, object())


async def test_nobody_known_gets_no_stream(desk: Desk) -> None:
    response = await desk.http("events").get("/events", headers=desk.headers("mallory"))
    assert response.status_code == 401
    assert response.json()["error"]["code"] == -32003


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("HEAD", 200)])
async def test_other_http_methods_end_at_once(desk: Desk, method: str, status: int) -> None:
    response = await desk.http("events").request(method, "/events")
    assert (response.status_code, response.content if method == "HEAD" else b"") == (status, b"")


async def test_a_reader_is_behind_by_few_large_events_too() -> None:
    """Bytes are counted as well as events; what was taken counts no more."""
    with Hub().subscription(BOB) as subscription:
        subscription.start()
        half = b"x" * (QUEUE_BYTES // 2)
        assert [subscription.put(Seq(number), half) for number in (1, 2, 3)] == [True, True, False]
        assert [seq for seq, _ in await subscription.take()] == [1, 2]
        assert subscription.put(Seq(3), half)


async def test_a_stalled_reader_is_cut_off_and_never_slows_the_others(desk: Desk) -> None:
    """It comes back by Last-Event-ID and misses nothing."""
    writes = QUEUE_LIMIT + 50
    stalled = await _stalled(desk)
    async with contextlib.aclosing(desk.subscribe("bob", 0)) as events, asyncio.timeout(60):
        body = "x" * 60_000
        for _ in range(writes // 10):
            await asyncio.gather(*(desk.call("ticket.create", "carol", title="c", body=body) for _ in range(10)))
        seqs = [(await anext(events)).seq for _ in range(writes // 10 * 10)]
    assert seqs == list(range(1, len(seqs) + 1))
    received = await asyncio.to_thread(_until_cut, stalled)
    last = max(int(line[4:]) for line in received.split(b"\n") if line.startswith(b"id: ") and line[4:].isdigit())
    assert last < len(seqs)
    again = await desk.heard("bob", last - 1)
    assert [event.seq for event in again] == list(range(last, len(seqs) + 1))


async def test_readers_that_leave_take_everything_with_them(desk: Desk) -> None:
    await desk.call("system.health")
    # On PostgreSQL a node begins to send once it knows that no other one does.
    await until(lambda: any("Sender._follow_commits" in repr(task) for task in asyncio.all_tasks()))
    before = _held()
    for _ in range(3):
        readers = [await _stalled(desk) for _ in range(20)]
        await desk.call("ticket.create", "carol", title="c", body="b")
        for reader in readers:
            reader.close()
    # Those to PostgreSQL are opened when they are needed, and stay.
    spare = 0 if find_database(desk.paths.data) is None else DATABASE_CONNECTIONS
    # Less is fine: work of the server's start ends meanwhile.
    await until(lambda: _held()[0] <= before[0] + spare and _held()[1] <= before[1])


def _held() -> tuple[int, int]:
    """Open sockets and running tasks of this process; the database opens files whenever it needs one more reader.

    Background jobs are not counted: on PostgreSQL a node begins each once it knows that no other one has it.
    """
    require(PROC)
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            links.append(str(descriptor.readlink()))
    tasks = [task for task in asyncio.all_tasks() if "/jobs/running.py" not in repr(task)]
    return sum(link.startswith("socket:") for link in links), len(tasks)


async def _stalled(desk: Desk) -> socket.socket:
    """A reader that has asked for the stream and reads no further than its headers."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, str(desk.events_socket))
    await loop.sock_sendall(sock, b"GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n")
    assert (await loop.sock_recv(sock, 12)) == b"HTTP/1.1 200"
    return sock


def _until_cut(sock: socket.socket) -> bytes:
    """What was on its way to a stalled reader; times out when the server still holds the connection."""
    sock.settimeout(STOP_S)
    received = bytearray()
    with sock, contextlib.suppress(ConnectionResetError):
        while chunk := sock.recv(1 << 20):
            received += chunk
    return bytes(received)
