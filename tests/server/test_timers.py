"""What the server does by itself: alarms of the kernel, tickets that wake, and what is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import Role, Seq, Status, TicketId, UserId
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.events.stored_event import EventRange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.jobs.alarm import Alarm, KernelAlarm, open_alarm
from hero_assistance_server.jobs.polled_alarm import PolledAlarm
from hero_assistance_server.jobs.timers import BATCH, Timers
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.repositories.client_tokens import SqlClientTokens
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User
from tests.capabilities import TIMERFD, needs, sqlite_only
from tests.server.databases import execute, open_store
from tests.server.desk import STOP_S, running, until
from tests.server.store_fixtures import file_ticket_of

pytestmark = pytest.mark.anyio

BOB = User(UserId("bob"), "Bob", Role.AGENT)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


MakeAlarm = Callable[[Callable[[], None]], Alarm]


@pytest.fixture(params=[pytest.param(KernelAlarm, marks=needs(TIMERFD)), PolledAlarm])
def make_alarm(request: pytest.FixtureRequest) -> MakeAlarm:
    """The alarm of Linux, and that of systems whose kernel keeps none, which runs on Linux as well."""
    made: MakeAlarm = request.param
    return made


async def test_an_alarm_rings_at_its_time_and_again_when_it_is_set_again(make_alarm: MakeAlarm) -> None:
    rung = asyncio.Event()
    with closing(make_alarm(rung.set)) as alarm:
        for ahead in (timedelta(0), timedelta(milliseconds=20), -DAY):
            at = datetime.now(UTC) + ahead
            alarm.set(at)
            async with asyncio.timeout(STOP_S):
                await rung.wait()
            assert millis(datetime.now(UTC)) >= millis(at)
            rung.clear()


async def test_an_alarm_that_is_set_later_does_not_ring_at_the_time_before(make_alarm: MakeAlarm) -> None:
    rung = list[str]()
    with (
        closing(make_alarm(lambda: rung.append("first"))) as first,
        closing(make_alarm(lambda: rung.append("last"))) as last,
    ):
        first.set(datetime.now(UTC) + timedelta(milliseconds=20))
        first.set(datetime.now(UTC) + DAY)
        last.set(datetime.now(UTC) + timedelta(milliseconds=40))
        await until(lambda: rung)
    assert rung == ["last"]


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
async def test_a_polled_alarm_rings_when_the_clock_is_set(monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    rung = asyncio.Event()
    with closing(PolledAlarm(rung.set, look_s=0.01)) as alarm:
        alarm.set(datetime.now(UTC) + DAY)
        await asyncio.sleep(0.05)
        assert not rung.is_set()
        real = time.time
        monkeypatch.setattr("hero_assistance_server.jobs.polled_alarm.time.time", lambda: real() + jump_s)
        async with asyncio.timeout(STOP_S):
            await rung.wait()


async def test_a_system_without_the_kernels_alarm_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hero_assistance_server.jobs.alarm.find_function", lambda *_names: None)
    with closing(open_alarm(lambda: None)) as alarm:
        assert isinstance(alarm, PolledAlarm)


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextlib.asynccontextmanager
async def timed(folder: Path, clock: Clock, **options: int) -> AsyncIterator[tuple[FileStorage, Timers]]:
    """A store with its timers, by the test's clock."""
    timers = Timers(clock, **options)
    async with open_store(folder, clock=clock, publish=timers.hear) as store, asyncio.TaskGroup() as group:
        await store.write(lambda work: work.users.save(BOB, work.now))
        running = group.create_task(timers.run(store))
        try:
            yield store, timers
        finally:
            running.cancel()


def file_one(transaction: UnitOfWork) -> TicketId:
    return file_ticket_of(transaction, BOB)


def snooze(transaction: UnitOfWork, until_: datetime, *, assignee: User | None = None) -> None:
    ticket_id = file_one(transaction)
    ticket = transaction.tickets.find(ticket_id)
    assert ticket is not None
    patch = Patch(status=Status.SNOOZED, snoozed_until=until_, assignee=assignee)
    change = update(ticket=ticket, by=BOB, patch=patch, targets={}, now=transaction.now)
    assert change is not None
    transaction.apply(change, Caller(BOB))


async def asleep(store: FileStorage) -> int:
    ((count,),) = execute(store.folder, "SELECT count(*) FROM tickets WHERE status = 'snoozed'")
    return int(count)


async def reached(store: FileStorage, query: str, expected: Any) -> None:
    """Wait until the database answers so."""
    await until(lambda: execute(store.folder, query) == [(expected,)], STOP_S)


async def test_a_clock_that_jumps_wakes_what_is_due_then_and_nothing_else(hero_root: Path) -> None:
    """As the kernel rings when the clock is set."""
    clock = Clock()
    async with timed(hero_root, clock) as (store, timers):
        await store.write(lambda t: snooze(t, clock.now + 3 * DAY))
        await store.write(lambda t: snooze(t, clock.now + 9 * DAY))
        assert await asleep(store) == 2
        clock.now += 5 * DAY
        timers.ring()
        in_order = "(SELECT status FROM tickets ORDER BY ticket_id) AS one"
        await reached(store, f"SELECT group_concat(status, ',') FROM {in_order}", "open,snoozed")  # noqa: S608
        entry = (await store.read(lambda snapshot: [*snapshot.audit.iterate_newest(AuditQuery(), 2**62)][:1]))[0]
        assert (entry.actor, entry.origin, entry.action, entry.ticket_id) == (None, "timer", "ticket.updated", 1)


async def test_nothing_that_is_due_writes_no_command(hero_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    # The alarm goes by the real one.
    clock.now = datetime.now(UTC)
    timers = Timers(clock)
    calls: Counter[str] = Counter()
    async with open_store(hero_root, clock=clock, publish=timers.hear) as store, asyncio.TaskGroup() as group:
        await store.write(lambda work: work.users.save(BOB, work.now))
        await store.write(lambda work: snooze(work, clock.now + DAY))

        def count(name: str) -> None:
            call = getattr(store, name)

            def counted(work: Any) -> Any:
                calls[name] += 1
                return call(work)

            monkeypatch.setattr(store, name, counted)

        count("read")
        count("write")
        running = group.create_task(timers.run(store))
        # When it begins it looks what wakes, deletes what is old, and looks when the next wakes.
        await until(lambda: calls["read"] == 3)
        pruned = calls["write"]
        timers.ring()
        await until(lambda: calls["read"] == 5)
        running.cancel()
    assert pruned == calls["write"] == 3


async def test_a_ticket_that_wakes_after_its_agent_left_is_unassigned(hero_root: Path) -> None:
    clock = Clock()
    async with timed(hero_root, clock) as (store, timers):
        for assignee in (BOB, replace(BOB, user_id=UserId("erin"))):
            await store.write(lambda t, who=assignee: t.users.save(who, t.now))  # type: ignore[misc]
            await store.write(lambda t, who=assignee: snooze(t, clock.now + HOUR, assignee=who))  # type: ignore[misc]
        await store.write(lambda t: t.users.save(replace(BOB, active=False), t.now))
        clock.now += DAY
        timers.ring()
        await reached(store, "SELECT group_concat(status, ',') FROM tickets", "open,open")
        assert execute(store.folder, "SELECT group_concat(assignee, ',') FROM tickets") == [("erin",)]


async def test_however_many_are_due_they_all_wake(hero_root: Path) -> None:
    clock = Clock()
    async with timed(hero_root, clock) as (store, timers):

        def many(transaction: UnitOfWork) -> None:
            for _ in range(BATCH + 1):
                snooze(transaction, clock.now + HOUR)

        await store.write(many)
        clock.now += DAY
        timers.ring()
        await reached(store, "SELECT count(*) FROM tickets WHERE status = 'open'", BATCH + 1)


async def test_invitations_that_have_ended_go_daily(hero_root: Path) -> None:
    clock = Clock()
    async with timed(hero_root, clock) as (store, timers):
        ticket = await store.write(file_one)

        def invite(address: str) -> Callable[[UnitOfWork], None]:
            return lambda work: work.guest_invitations.save(
                GuestInvitation(address, ticket, BOB.user_id, millis(work.now))
            )

        await store.write(invite("old@example.org"))
        clock.now += 6 * DAY
        await store.write(invite("new@example.org"))
        clock.now += DAY + HOUR
        timers.ring()
        await reached(store, "SELECT group_concat(address, ',') FROM guest_invitations", "new@example.org")


async def test_old_events_and_tokens_go_daily_and_the_last_ones_stay(hero_root: Path) -> None:
    clock = Clock()
    async with timed(hero_root, clock, events_kept=3) as (store, timers):

        def past(transaction: UnitOfWork) -> None:
            for _ in range(BATCH + 10):
                file_one(transaction)
            transaction.client_tokens.add(BOB.user_id, "m", "old", 1, transaction.now)

        await store.write(past)
        clock.now += 29 * DAY
        await store.write(lambda t: t.client_tokens.add(BOB.user_id, "m", "new", 2, t.now))
        timers.ring()
        await reached(store, "SELECT group_concat(token, ',') FROM client_tokens", "new")
        assert await store.read(lambda snapshot: snapshot.events.stored_range()) == EventRange(Seq(1), Seq(BATCH + 10))
        clock.now += 2 * DAY
        timers.ring()
        await reached(store, "SELECT count(*) FROM events", 3)
        assert await store.read(lambda snapshot: snapshot.events.stored_range()) == EventRange(
            Seq(BATCH + 8), Seq(BATCH + 10)
        )


@sqlite_only("locks SQLite's file")
async def test_a_database_that_cannot_be_written_puts_it_off_and_ends_nothing(hero_root: Path) -> None:
    clock = Clock()
    async with timed(hero_root, clock) as (store, timers):
        await store.write(lambda t: snooze(t, clock.now + HOUR))
        other = apsw.Connection(str(hero_root / "tickets.db"))
        await store.write(lambda t: t.session.direct.set_busy_timeout(1))  # type: ignore[attr-defined]
        # The timers write what they found at their start meanwhile.
        other.set_busy_timeout(5_000)
        other.execute("BEGIN IMMEDIATE")
        clock.now += DAY
        timers.ring()
        commits = store.commits
        await until(lambda: store.commits > commits)
        other.execute("ROLLBACK")
        other.close()
        assert await asleep(store) == 1
        timers.ring()
        await reached(store, "SELECT status FROM tickets", "open")


async def test_a_snooze_ends_on_a_running_server(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="c", body="b")
        soon = millis(datetime.now(UTC) + timedelta(milliseconds=500))
        await desk.call("ticket.update", "bob", ticket_id=1, status="snoozed", snoozed_until=soon)
        async with contextlib.aclosing(desk.subscribe("bob", 2)) as stream, asyncio.timeout(STOP_S):
            event: Any = await anext(stream)
    assert (event.ticket.status, event.ticket.snoozed_until) == (Status.OPEN, None)
    assert event.ticket.updated_at >= soon


async def test_a_snooze_that_ended_while_the_server_was_down_ends_when_it_comes_back(paths: Paths) -> None:
    async with running(paths) as desk:
        await desk.call("ticket.create", "carol", title="c", body="b")
        soon = datetime.now(UTC) + timedelta(milliseconds=500)
        await desk.call("ticket.update", "bob", ticket_id=1, status="snoozed", snoozed_until=millis(soon))
    await until(lambda: datetime.now(UTC) > soon)
    async with running(paths) as desk, contextlib.aclosing(desk.subscribe("bob", 2)) as stream:
        async with asyncio.timeout(STOP_S):
            event: Any = await anext(stream)
    assert event.ticket.status is Status.OPEN


@sqlite_only("migrates a file of an earlier release")
async def test_tokens_of_the_version_before_are_as_old_as_the_upgrade(hero_root: Path) -> None:
    """They are kept for the retries that are still on their way."""
    before = [migration for migration in migrations() if migration.name < "0007_token_times.sql"]
    connection = open_writer(hero_root / DATABASE)
    migrate(connection, before)
    connection.execute("INSERT INTO users VALUES ('bob', 'Bob', 'agent', 0)")
    connection.execute("INSERT INTO client_tokens (user_id, method, token, result_id) VALUES ('bob', 'm', 't', 7)")
    started = millis(datetime.now(UTC).replace(microsecond=0))
    migrate(connection, migrations())
    assert SqlClientTokens(SqliteSession(connection)).find(BOB.user_id, "m", "t") == 7
    assert connection.execute("SELECT min(created_at) FROM client_tokens").get >= started
    connection.close()
