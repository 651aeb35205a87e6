"""A store on a real database file, and commands to give to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import apsw

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import Priority, Role, TicketId, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite.database.connection import open_reader
from hero_assistance_server.storage.sqlite.store import Store, open_store
from hero_assistance_server.storage.sqlite.write_path.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.ticket_lists.list_index import ALL
from hero_assistance_server.tickets import rules as commands
from hero_assistance_server.users.model import User
from tests.server.new_database import place_new_database

CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@asynccontextmanager
async def opened(folder: Path, publish: Callable[[StoredEvent], None] = lambda _: None) -> AsyncIterator[Store]:
    place_new_database(folder)
    async with open_store(folder, clock=lambda: NOON, publish=publish) as store:
        await store.write(lambda work: work.users.save(CAROL, NOON))
        yield store


def file_ticket(transaction: SqliteUnitOfWork) -> int:
    return file_ticket_of(transaction, CAROL)


def file_ticket_of(
    transaction: SqliteUnitOfWork, customer: User, title: str = "t", tags: Sequence[str] = ()
) -> TicketId:
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


def refused(transaction: SqliteUnitOfWork) -> None:
    """Writes, then fails: nothing of it may stay."""
    file_ticket(transaction)
    raise Conflict("refused")


def broken(transaction: SqliteUnitOfWork) -> None:
    file_ticket(transaction)
    transaction.session.with_tickets.execute("INSERT INTO tickets (ticket_id) VALUES (1)")


def listed(connection: apsw.Connection) -> int:
    """How many tickets the list of all of them has."""
    found: int = connection.execute("SELECT count(*) FROM listings WHERE scope = ?", (ALL,)).get
    return found


def numbers(path: Path) -> tuple[list[int], list[int]]:
    """Ticket ids and event numbers that another process would find."""
    reader = open_reader(path)
    try:
        found = (
            reader.execute("SELECT ticket_id FROM tickets ORDER BY 1"),
            reader.execute("SELECT seq FROM events"),
        )
        return [row[0] for row in found[0]], [row[0] for row in found[1]]
    finally:
        reader.close()
