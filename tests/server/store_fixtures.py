"""A store on a real database file, and commands to give to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import Priority, Role, TicketId, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sqlite.store import Store, open_store
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.ticket_lists.list_index import ALL
from hero_assistance_server.tickets import rules as commands
from hero_assistance_server.users.model import User
from tests.server import databases
from tests.server.new_database import place_new_database

CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@asynccontextmanager
async def opened(folder: Path, publish: Callable[[StoredEvent], None] = lambda _: None) -> AsyncIterator[FileStorage]:
    """A store on the engine of the run, with one user."""
    async with databases.open_store(folder, clock=lambda: NOON, publish=publish) as store:
        await store.write(lambda work: work.users.save(CAROL, NOON))
        yield store


@asynccontextmanager
async def opened_sqlite(folder: Path, publish: Callable[[StoredEvent], None] = lambda _: None) -> AsyncIterator[Store]:
    """A store on SQLite, for tests of that engine, with one user."""
    place_new_database(folder)
    async with open_store(folder, clock=lambda: NOON, publish=publish) as store:
        await store.write(lambda work: work.users.save(CAROL, NOON))
        yield store


def file_ticket(transaction: UnitOfWork) -> int:
    return file_ticket_of(transaction, CAROL)


def file_ticket_of(transaction: UnitOfWork, customer: User, title: str = "t", tags: Sequence[str] = ()) -> TicketId:
    """File a ticket with the answer time of the project, which has none unless a test sets it."""
    change = commands.create(
        customer=customer,
        ticket_id=transaction.tickets.next_id(),
        title=title,
        body="b",
        priority=Priority.NORMAL,
        tags=tags,
        targets=transaction.project.targets(),
        now=transaction.now,
    )
    transaction.apply(change, Caller(customer))
    return change.ticket.ticket_id


def refused(transaction: UnitOfWork) -> None:
    """Writes, then fails: nothing of it may stay."""
    file_ticket(transaction)
    raise Conflict("refused")


def broken(transaction: Any) -> None:
    file_ticket(transaction)
    transaction.session.with_tickets.execute("INSERT INTO tickets (ticket_id) VALUES (1)")


def listed(connection: Connection) -> int:
    """How many tickets the list of all of them has."""
    found: int = connection.execute("SELECT count(*) FROM listings WHERE scope = ?", (ALL,)).get
    return found


def numbers(folder: Path) -> tuple[list[int], list[int]]:
    """Ticket ids and event numbers that another process would find."""
    tickets = databases.execute(folder, "SELECT ticket_id FROM tickets ORDER BY 1")
    events = databases.execute(folder, "SELECT seq FROM events ORDER BY 1")
    return [ticket_id for (ticket_id,) in tickets], [seq for (seq,) in events]
