"""How often each call that reads waits for the database: each journey waits for the network and the loop."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import psycopg
import pytest

from hero_assistance_sdk.wire import MessageKind, SavedView, Status, TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rpc as messages_rpc
from hero_assistance_server.messages.model import Message
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.saved_views import rpc as views_rpc
from hero_assistance_server.search import rpc as search_rpc
from hero_assistance_server.storage.postgres.database.connection import PORTION, PostgresConnection
from hero_assistance_server.storage.postgres.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.postgres.messages import PORTION as MESSAGES_PORTION
from hero_assistance_server.storage.postgres.store import PostgresStore, open_store
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.ticket_lists.list_query import VIEWS
from hero_assistance_server.tickets import rpc as tickets_rpc
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User
from tests.server.contract.ticket_changes import BOB, CAROL, NOON, create, set_fields, write

pytestmark = pytest.mark.anyio

T = TypeVar("T")
Count = Callable[..., Awaitable[int]]
FIRST = TicketId(1)
# With which a query begins; it does not wait for its end.
BEGIN = 1
WORK = (
    Patch(status=Status.OPEN),
    Patch(status=Status.WAITING, assignee=BOB),
    Patch(status=Status.SNOOZED, assignee=BOB, snoozed_until=NOON.replace(year=2030)),
    Patch(status=Status.SOLVED, assignee=BOB),
)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What queries asked in the threads of the readers, in order: each is an answer that was waited for."""
    found: list[str] = []
    reading = threading.local()
    run, execute = ConnectionPool.run, psycopg.RawCursor.execute

    def note_run(pool: ConnectionPool, query: Callable[[PostgresConnection], T]) -> T:
        def note_query(connection: PostgresConnection) -> T:
            # What makes a connection asks before.
            reading.is_noted = True
            return query(connection)

        try:
            return run(pool, note_query)
        finally:
            reading.is_noted = False

    def note_statement(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        if getattr(reading, "is_noted", False):
            found.append(query.decode() if isinstance(query, bytes) else str(query))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(ConnectionPool, "run", note_run)
    monkeypatch.setattr(psycopg.RawCursor, "execute", note_statement)
    return found


@pytest.fixture
async def node(postgres_url: str) -> AsyncIterator[PostgresStore]:
    async with open_store(postgres_url, clock=lambda: NOON, publish=lambda _: None) as store:
        await store.write(fill)
        yield store


@pytest.fixture
def count(node: PostgresStore, statements: list[str]) -> Count:
    """Call a method, and return how often it waited for the database."""
    methods = MethodRegistry()
    for rpc in (messages_rpc, views_rpc, search_rpc, tickets_rpc):
        rpc.add_methods(methods, node)

    async def count_journeys(user: User, name: str, **params: Any) -> int:
        method = methods.table.get(name)
        assert method is not None
        statements.clear()
        await method.handler(Caller(user), method.params(**params))
        return len(statements)

    return count_journeys


def fill(work: UnitOfWork) -> None:
    """Write tickets with a reply, of which each view has three or more."""
    for user in DEMO_USERS:
        work.users.save(user, NOON)
    for patch in WORK:
        for number in range(4):
            ticket = create(work, f"laptop {number}", tags=("old", "slow"))
            ticket, _ = write(work, ticket, MessageKind.REPLY, f"Is it the keyboard {number}?")
            set_fields(work, ticket, patch)


@pytest.mark.parametrize("view", VIEWS)
async def test_a_view_is_one_journey(count: Count, view: str) -> None:
    assert await count(BOB, "ticket.list", view=view, limit=2) == BEGIN + 1


async def test_a_list_is_one_journey_and_of_a_customer_two(count: Count) -> None:
    assert await count(BOB, "ticket.list", limit=2) == BEGIN + 1
    assert await count(BOB, "ticket.list", limit=2, filter="tag:old is:active") == BEGIN + 1
    assert await count(BOB, "ticket.list", limit=2, unread=True) == BEGIN + 2
    # What is shared with customers is one.
    assert await count(CAROL, "ticket.list", limit=2) == BEGIN + 2


async def test_the_rarest_of_several_scopes_is_found_in_one_journey(count: Count) -> None:
    assert await count(BOB, "ticket.list", limit=2, filter="tag:old tag:slow assignee:me assignee:alice") == BEGIN + 2


async def test_a_list_that_ends_is_one_more(count: Count) -> None:
    """It is asked whether the walk was cut off."""
    assert await count(BOB, "ticket.list", view="waiting", limit=50) == BEGIN + 2


async def test_views_are_counted_in_one_journey(node: PostgresStore, count: Count) -> None:
    assert await count(BOB, "view.list") == BEGIN + 2

    def save(work: UnitOfWork) -> None:
        for number, tag in enumerate(("old", "slow", "new"), start=1):
            work.saved_views.save(
                SavedView(view_id=number, name=tag, filter=f"tag:{tag}", owner=BOB.user_id, shared=False)
            )

    await node.write(save)
    assert await count(BOB, "view.list") == BEGIN + 2


async def test_a_ticket_is_one_journey(count: Count) -> None:
    assert await count(BOB, "ticket.get", ticket_id=1) == BEGIN + 1


async def test_a_search_reads_tickets_and_what_is_unread(count: Count) -> None:
    assert await count(BOB, "search.tickets", query="laptop") == BEGIN + 2


async def test_a_search_reads_the_messages_of_all_tickets_in_one_journey(count: Count) -> None:
    assert await count(BOB, "search.tickets", query="keyboard") == BEGIN + 3


async def test_only_a_search_with_days_asks_when_tickets_were_created(count: Count) -> None:
    assert await count(BOB, "search.tickets", query="laptop after:2020-01-01") == BEGIN + 3


@pytest.mark.parametrize(("more", "journeys"), [(0, 1), (PORTION - 2, 1), (PORTION - 1, 4), (2 * PORTION, 5)])
async def test_a_thread_is_one_journey_until_it_is_long(
    node: PostgresStore, count: Count, more: int, journeys: int
) -> None:
    """What is behind the first rows comes from a cursor: opened, read until it has no more, and closed."""
    thread = await node.write(lambda work: write_more(work, more))
    assert await count(BOB, "message.list", ticket_id=1, limit=200) == BEGIN + 1 + journeys
    found = await node.read(lambda snapshot: [*snapshot.messages.iterate_newest(FIRST, notes=True)])
    assert [message.message_id for message in found[:more]] == [message.message_id for message in reversed(thread)]


@pytest.mark.parametrize("more", [0, MESSAGES_PORTION - 2, MESSAGES_PORTION - 1, MESSAGES_PORTION, 80])
async def test_each_of_several_threads_is_read_to_its_end(node: PostgresStore, more: int) -> None:
    await node.write(lambda work: write_more(work, more))

    def read(snapshot: Snapshot) -> tuple[list[list[Message]], list[list[Message]]]:
        asked = [TicketId(number) for number in (2, 1, 3)]
        messages = snapshot.messages
        return (
            [[*thread] for thread in messages.iterate_newest_of(asked, notes=False)],
            [[*messages.iterate_newest(ticket_id, notes=False)] for ticket_id in asked],
        )

    together, each = await node.read(read)
    assert together == each
    assert len(together[1]) == more + 1


def write_more(work: UnitOfWork, more: int) -> list[Message]:
    """Write so many replies on the first ticket, and return them."""
    ticket: Ticket | None = work.tickets.find(FIRST)
    assert ticket is not None
    thread = []
    for number in range(more):
        ticket, message = write(work, ticket, MessageKind.REPLY, f"No, {number}.")
        thread.append(message)
    return thread
