"""How often a group of commands, and a query, go to the database: each journey waits for the network and the loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from typing import Any

import psycopg
import pytest

from hero_assistance_sdk.wire import MessageKind, Priority, TicketId
from hero_assistance_server.drafts.service import DraftText, save_draft
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.postgres.database.connection import BEGIN_READING, PostgresConnection
from hero_assistance_server.storage.postgres.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.service import create_ticket
from tests.server.contract.ticket_changes import CAROL
from tests.server.postgres.test_nodes import create, node

pytestmark = pytest.mark.anyio


def file_ticket(work: UnitOfWork) -> Ticket:
    """File a ticket as a call does."""
    return create_ticket(
        work,
        Caller(CAROL),
        title="laptop",
        body='"Six" years\\',
        priority=Priority.NORMAL,
        tags=["old"],
        client_token=None,
        attachment_ids=[],
    )


@pytest.fixture
def journeys(monkeypatch: pytest.MonkeyPatch) -> dict[int, list[str]]:
    """What each connection of psycopg was asked, in order, after its first question: that for its timeline."""
    asked: dict[int, list[str]] = {}
    execute = psycopg.RawCursor.execute

    def note(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if "pg_control_system" not in text:
            asked.setdefault(id(cursor.connection), []).append(text)
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.RawCursor, "execute", note)
    return asked


async def test_a_group_of_new_tickets_is_three_journeys(postgres_url: str, journeys: dict[int, list[str]]) -> None:
    async with node(postgres_url) as one:
        await one.write(file_ticket)
        for asked in journeys.values():
            asked.clear()
        await asyncio.gather(*(one.write(file_ticket) for _ in range(100)))
        written = [asked for asked in journeys.values() if "COMMIT" in asked]
    assert len(written) == 1
    begin, inserts, commit = written[0]
    assert begin.startswith("BEGIN") and "FOR UPDATE" in begin  # noqa: PT018
    assert inserts.count("INSERT INTO") > 5
    assert commit == "COMMIT"


async def test_a_draft_that_was_saved_at_another_node_is_deleted_when_it_is_sent(postgres_url: str) -> None:
    def save(work: UnitOfWork) -> None:
        save_draft(work, Caller(CAROL), None, MessageKind.REPLY, DraftText("It is six years old."))

    def read(snapshot: Snapshot) -> int:
        return len(list(snapshot.drafts.iterate_for(CAROL.user_id)))

    async with node(postgres_url) as one, node(postgres_url) as other:
        await one.write(file_ticket)
        await other.write(save)
        assert await other.read(read) == 1
        await one.write(file_ticket)
        assert await other.read(read) == 0


async def test_groups_of_every_size_are_the_same_statement(postgres_url: str, journeys: dict[int, list[str]]) -> None:
    async with node(postgres_url) as one:
        await one.write(create)
        for count in (1, 2, 3, 70):
            await asyncio.gather(*(one.write(create) for _ in range(count)))
    texts = [text for asked in journeys.values() for text in asked if "INSERT INTO tickets" in text]
    assert len(texts) >= 5
    assert len(set(texts)) == 1


async def test_a_query_begins_with_the_last_event_in_one_journey_and_does_not_wait_for_its_end(
    postgres_url: str, journeys: dict[int, list[str]]
) -> None:
    async with node(postgres_url) as one:
        await one.write(create)
        for asked in journeys.values():
            asked.clear()
        assert await one.read(lambda snapshot: snapshot.events.last_seq()) == 1
        await one.write(create)
        assert await one.read(lambda snapshot: snapshot.events.last_seq()) == 2
    readers = [asked for asked in journeys.values() if asked and all("BEGIN" in one for one in asked)]
    assert sum(map(len, readers)) == 2


def test_a_transaction_that_was_ended_without_waiting_has_ended(postgres_url: str) -> None:
    with closing(PostgresConnection(postgres_url)) as connection, closing(PostgresConnection(postgres_url)) as other:
        pid = connection.execute("SELECT pg_backend_pid()").get
        for _ in range(3):
            connection.begin_reading()
            assert connection.execute("SELECT 1").get == 1
            connection.finish_reading()
            assert not connection.in_transaction
            assert not connection.is_lost
            while other.execute("SELECT state FROM pg_stat_activity WHERE pid = ?", (pid,)).get != "idle":
                pass
        connection.begin_reading()
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        connection.finish_reading()
        assert connection.execute("SELECT 2").get == 2


def test_a_connection_that_was_lost_in_its_end_is_made_again(postgres_url: str) -> None:
    with closing(PostgresConnection(postgres_url)) as connection, closing(PostgresConnection(postgres_url)) as other:
        connection.begin_reading()
        pid = connection.execute("SELECT pg_backend_pid()").get
        connection.finish_reading()
        assert other.execute("SELECT pg_terminate_backend(?::int, 30000)", (pid,)).get
        connection.begin_reading()
        assert connection.execute("SELECT pg_backend_pid()").get != pid
        connection.finish_reading()


def test_the_connection_that_was_used_last_is_used_next(postgres_url: str) -> None:
    def find_pid(connection: PostgresConnection) -> int:
        return int(connection.execute("SELECT pg_backend_pid()").get)

    def meet(connection: PostgresConnection) -> int:
        both.wait(30)
        return find_pid(connection)

    both = threading.Barrier(2)
    with closing(ConnectionPool(postgres_url)) as pool:
        two = {job.result() for job in [pool.executor.submit(pool.run, meet) for _ in range(2)]}
        one = {pool.executor.submit(pool.run, find_pid).result() for _ in range(20)}
    assert len(two) == 2
    assert len(one) == 1


def test_what_a_reader_asks_often_stays_prepared(postgres_url: str) -> None:
    count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT title%'"

    def query(connection: PostgresConnection) -> int:
        connection.execute("SELECT title FROM tickets WHERE ticket_id = ?", (1,))
        return int(connection.execute(count).get)

    with closing(ConnectionPool(postgres_url)) as pool:
        found = [pool.executor.submit(pool.run, query).result() for _ in range(100)]
    assert found[-1] == 1


def test_values_arrive_as_they_are(postgres_url: str) -> None:
    rows = [
        ("plain", "it's"),
        ("quotes", '"{}",\\'),
        ("null", "NULL"),
        ("empty", ""),
        ("lines", "a\n\tb\r"),
        ("é", "🦉"),
    ]
    statement = "INSERT INTO settings (name, value) VALUES {rows}"
    with closing(PostgresConnection(postgres_url)) as connection:
        connection.execute("BEGIN")
        connection.execute("ALTER TABLE settings DROP CONSTRAINT IF EXISTS settings_value_check")
        connection.insert_rows(statement, rows)
        assert connection.changes() == len(rows)
        assert sorted(connection.execute("SELECT name, value FROM settings")) == sorted(rows)
        connection.roll_back()


def test_what_is_gathered_is_written_before_the_next_statement(postgres_url: str) -> None:
    listed = "INSERT INTO tallies (scope, status, count) VALUES {rows}"
    with closing(PostgresConnection(postgres_url)) as connection:
        connection.begin(BEGIN_READING.replace("READ ONLY", "READ WRITE"))
        before = connection.total_changes()
        with connection.gathered_inserts():
            connection.insert_rows(listed, [("all", "new", 1), ("all", "open", 2)])
            assert connection.execute("SELECT count(*) FROM tallies").get == 2
            connection.insert_rows(listed, [("all", "solved", 3)])
        assert connection.total_changes() == before + 3
        assert connection.execute("SELECT sum(count) FROM tallies").get == 6
        connection.roll_back()


def test_a_statement_of_another_form_is_refused(postgres_url: str) -> None:
    with closing(PostgresConnection(postgres_url)) as connection, pytest.raises(ValueError, match="no statement that"):
        connection.insert_rows("UPDATE settings SET value = {rows}", [(TicketId(1),)])
