"""What refers to a ticket, a message or a user: erasures know all of it, and read no whole table for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.outbox.model import Delivery
from hero_assistance_server.storage.sql.erasure import tickets, user_trail, users
from hero_assistance_server.storage.sql.erasure.engine import UNINDEXED
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from hero_assistance_server.storage.sql.tickets import ratings
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.erasure.references import delete_unreferenced, list_references
from tests.capabilities import sqlite_only
from tests.server.databases import opened_session
from tests.server.desk import Desk
from tests.server.erasing import PRIVATE, check_whole, fill_busy, places_of

# Of few rows: what admins and agents have made by hand.
SMALL = {"webhooks", "macros", "canned_replies"}
# What `list_index.remove` and the statements of the trail handle.
ELSEWHERE = {("listings", "ticket_id"), ("places", "ticket_id"), ("audit", "ticket_id"), ("audit", "message_id")}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[apsw.Connection]:
    """An empty database with every table."""
    opened = open_writer(tmp_path / "tickets.db")
    migrate(opened, migrations())
    yield opened
    opened.close()


NAMES = ("ids", "now", "old", "new", "found", "at", "ticket", "score", "agent")


def plan_of(connection: apsw.Connection, statement: str) -> str:
    """How a statement finds its rows."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", dict.fromkeys(NAMES))
    return ", ".join(str(row[3]) for row in rows)


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("parent", ["tickets", "messages"])
def test_everything_that_refers_to_a_ticket_or_message_goes_with_it(connection: apsw.Connection, parent: str) -> None:
    for table, column in list_references(connection, parent):
        handled = any(f"{table} WHERE" in text and column in text for text in tickets.DELETES)
        emptied = any(text.startswith(f"UPDATE {table} SET {column} = NULL") for text in tickets.DELETES)  # noqa: S608
        assert handled or emptied or (table, column) in ELSEWHERE, (table, column)


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("parent", ["tickets", "messages", "users"])
def test_what_refers_is_found_by_an_index(connection: apsw.Connection, parent: str) -> None:
    for table, column in list_references(connection, parent):
        query = f"SELECT 1 FROM {table} WHERE {column} IN (SELECT value FROM json_each(:ids))"  # noqa: S608
        plan = plan_of(connection, query)
        is_scan = f"SCAN {table}" in plan
        assert is_scan == ((table, column) in UNINDEXED or table in SMALL), plan


@sqlite_only("asks for a plan of SQLite")
def test_no_statement_about_a_ticket_reads_a_whole_table(connection: apsw.Connection) -> None:
    large = ("messages", "audit", "deliveries", "incoming_mails", "attachments", "attachment_uses", "status_changes")
    for statement in (*tickets.DELETES, *tickets.UPDATES):
        plan = plan_of(connection, statement)
        assert not [table for table in large if f"SCAN {table}" in plan], (statement, plan)


@sqlite_only("asks for a plan of SQLite")
def test_no_statement_about_a_user_reads_a_whole_table(connection: apsw.Connection) -> None:
    for statement in (users.STATUS_CHANGES, *user_trail.FORGET_ACCOUNT):
        plan = plan_of(connection, statement)
        assert "SCAN audit" not in plan
        assert "SCAN status_changes" not in plan


@sqlite_only("asks for a plan of SQLite")
def test_the_ratings_of_an_agent_are_a_range_of_an_index(connection: apsw.Connection) -> None:
    plan = plan_of(connection, ratings.LIST_OF_AGENT)
    assert "ratings_of_agent" in plan
    assert "TEMP B-TREE" not in plan


@sqlite_only("asks for a plan of SQLite")
def test_what_something_refers_to_is_not_deleted(connection: apsw.Connection) -> None:
    connection.execute("INSERT INTO users (user_id, name, role, active, created_at) VALUES ('a', 'A', 'agent', 1, 0)")
    connection.execute("INSERT INTO logins (login, folded, user_id, bound_at) VALUES ('a', 'a', 'a', 0)")
    with pytest.raises(apsw.ConstraintError, match=r"logins\.user_id"):
        delete_unreferenced(connection, "users", "user_id", '["a"]')
    with pytest.raises(apsw.ConstraintError):
        connection.execute("DELETE FROM users")


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    return await fill_busy(desk)


@pytest.mark.anyio
async def test_a_merged_ticket_is_deleted_by_the_one_that_has_its_words(busy: Desk) -> None:
    """A refusal leaves all as it was, the stored events too."""
    before = places_of(busy.paths.data, PRIVATE)
    for dry_run in (True, False):
        with pytest.raises(RpcFailure, match="ticket 2 was merged into ticket 1"):
            await busy.call("ticket.delete", "alice", ticket_id=2, dry_run=dry_run)
    assert places_of(busy.paths.data, PRIVATE) == before
    check_whole(busy.paths.data)


@pytest.mark.anyio
async def test_only_letters_about_the_ticket_go_with_it(desk: Desk) -> None:
    """Also where its title is in the subject of another."""
    for title in ("Help", "Help me"):
        await desk.call("ticket.create", "carol", title=title, body="b")
    now = datetime.now(UTC)
    with opened_session(desk.paths.data) as session:
        outbox = SqlOutbox(session)
        for ticket_id, subject in ((1, "Help"), (2, "Help me")):
            outbox.add(
                Delivery("mail", subject, "x@example.org", "{}", now, subject, ticket_id=TicketId(ticket_id)), now
            )
            outbox.fail(ticket_id, "gone", now, None)
        await desk.call("ticket.delete", "alice", ticket_id=1)
        assert [one.summary for one in outbox.iterate_newest("mail", None, 9)] == ["Help me"]
        # What was decided before it was deleted, and is written afterwards.
        late = Delivery("mail", "late", "x@example.org", "{}", now, "Help", ticket_id=TicketId(1))
        assert outbox.add(late, now) is False


@pytest.mark.anyio
async def test_mails_that_go_are_not_counted(busy: Desk) -> None:
    for number, ticket_id in ((1, 1), (2, 3)):
        busy.execute(
            "INSERT INTO incoming_mails (source, received_at, sha256, size, state, ticket_id)"
            " VALUES ('imap', 0, ?, 10, 'filed', ?)",
            str(number),
            ticket_id,
        )
    await busy.call("ticket.delete", "alice", ticket_id=1)
    assert busy.execute("SELECT * FROM incoming_mail_counts") == [("filed", 1, 10)]


@pytest.mark.anyio
async def test_moves_of_tickets_that_an_agent_has_no_part_in_are_found(desk: Desk) -> None:
    """They are looked for in the trail, and not among all moves."""
    await desk.call("ticket.create", "dave", title="t", body="b")
    await desk.call("ticket.update", "bob", ticket_id=1, status="solved")
    await desk.call("user.erase", "alice", user_id="bob")
    check_whole(desk.paths.data)
    assert places_of(desk.paths.data, "'bob'") == {}
