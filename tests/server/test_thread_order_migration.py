"""Threads of an earlier version: what was merged gets its own time and place, and stays unread where it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.wire import MessageId, Role, TicketId, UserId
from hero_assistance_server.storage.sql.repositories.messages import SqlMessages
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sql.tickets.read_receipts import SqlReadReceipts
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User
from tests.capabilities import sqlite_only

pytestmark = sqlite_only("migrates a file of an earlier release")

VERSION = 12
AGENTS = {name: User(UserId(name), name, Role.AGENT) for name in ("bob", "erin", "fred")}
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
# Ticket 2, filed at 20, was merged into ticket 1 at 60: its text is message 5. Ticket 3 was merged into ticket 1 as
# well, and then reopened. Bob has read all of ticket 1 after the merge, Erin before it; Fred nothing.
EARLIER = """
    INSERT INTO users (user_id, name, role, created_at) VALUES ('carol', 'Carol', 'customer', 1),
        ('bob', 'bob', 'agent', 1), ('erin', 'erin', 'agent', 1), ('fred', 'fred', 'agent', 1);
    INSERT INTO tickets (ticket_id, title, body, status, priority, tags, customer, created_at, updated_at,
        public_updated_at, reply_count, note_count, last_reply_id, last_note_id, merged_into) VALUES
        (1, 'one', 'b', 'open', 'low', '[]', 'carol', 10, 60, 60, 4, 1, 5, 4, NULL),
        (2, 'two', 'b', 'closed', 'low', '[]', 'carol', 20, 60, 60, 0, 0, 0, 0, 1),
        (3, 'three', 'b', 'open', 'low', '[]', 'carol', 55, 70, 70, 0, 0, 0, 0, 1),
        (4, 'four', 'b', 'open', 'low', '[]', 'carol', 80, 90, 90, 1, 1, 8, 7, NULL);
    INSERT INTO messages (message_id, ticket_id, kind, author, body, created_at) VALUES
        (1, 1, 'reply', 'bob', 'm', 15), (2, 1, 'reply', 'carol', 'm', 30), (3, 1, 'reply', 'carol', 'm', 40),
        (4, 1, 'note', 'bob', 'm', 50), (5, 1, 'reply', 'carol', '**two**', 60), (7, 4, 'note', 'bob', 'm', 85),
        (8, 4, 'reply', 'bob', 'm', 86);
    INSERT INTO audit (at, actor, origin, action, ticket_id, message_id, detail) VALUES
        (60, 'bob', 'unix', 'ticket.merged', 1, 5, '{"from": "2", "into": "1", "messages": "2"}'),
        (60, 'bob', 'unix', 'ticket.merged', 2, NULL, '{"from": "2", "into": "1", "messages": "2"}');
    INSERT INTO reads VALUES ('bob', 1, 5, 61), ('erin', 1, 4, 52);
"""


@pytest.fixture
def database(hero_root: Path) -> Iterator[apsw.Connection]:
    connection = open_writer(hero_root / "tickets.db")
    migrate(connection, migrations()[:VERSION])
    connection.execute(EARLIER)
    migrate(connection, migrations())
    yield connection
    assert connection.pragma("foreign_key_check") is None
    connection.close()


def test_the_text_of_a_merged_ticket_has_its_time_and_its_place(database: apsw.Connection) -> None:
    thread = SqlMessages(SqliteSession(database)).iterate_after(TicketId(1), MessageId(0), notes=True)
    assert [(message.message_id, millis(message.created_at)) for message in thread] == [
        (1, 15),
        (5, 20),
        (2, 30),
        (3, 40),
        (4, 50),
    ]


def test_the_last_messages_are_those_of_the_thread(database: apsw.Connection) -> None:
    ends = {}
    for number in (1, 2, 4):
        ticket = tickets.find(database, TicketId(number))
        assert ticket is not None
        ends[number] = (ticket.last_reply_id, ticket.last_message_id)
    assert ends == {1: (3, 4), 2: (0, 0), 4: (8, 8)}


def test_what_was_unread_is_unread(database: apsw.Connection) -> None:
    receipts = SqlReadReceipts(SqliteSession(database))
    found = {name: receipts.list_for(user, [TicketId(1)])[0] for name, user in AGENTS.items()}
    assert {name: (one.message_id, one.unread) for name, one in found.items()} == {
        "bob": (4, 0),
        "erin": (4, 1),
        "fred": (0, 6),
    }


def test_a_ticket_that_was_reopened_is_merged_no_more(database: apsw.Connection) -> None:
    merged = [ticket_id for (ticket_id,) in database.execute("SELECT ticket_id FROM tickets WHERE merged_into")]
    assert merged == [2]
