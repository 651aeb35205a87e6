"""The large desks of the benchmark are made of the rows that the server would have written."""

from __future__ import annotations

import pytest

from benchmarks.desk.desk_data import COMMON, MESSAGES, Desk, build
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.wire import MessageId, MessageKind
from hero_assistance_server.serializers import last_message_id
from hero_assistance_server.storage.sql.repositories.messages import SqlMessages
from hero_assistance_server.storage.sqlite.database.connection import open_reader, open_writer
from hero_assistance_server.storage.sqlite.search import rebuild
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.capabilities import sqlite_only
from tests.server.desk import running
from tests.server.test_lists import derived, every_ticket, kept
from tests.server.test_search import forget_words_version, ids, terms

pytestmark = [pytest.mark.anyio, sqlite_only("fills SQLite's file")]

COUNT = 250


@pytest.fixture
def built(paths: Paths) -> Paths:
    build(paths.data / DATABASE, COUNT)
    return paths


def test_lists_counters_and_places_are_those_of_the_tickets(built: Paths) -> None:
    found = every_ticket(built.data)
    assert len(found) == COUNT
    assert kept(built.data) == derived(found)


def test_tickets_say_what_their_threads_are(built: Paths) -> None:
    reader = open_reader(built.data / DATABASE)
    for ticket in every_ticket(built.data):
        thread = [*SqlMessages(SqliteSession(reader)).iterate_after(ticket.ticket_id, MessageId(0), notes=True)]
        replies = [message for message in thread if message.kind is MessageKind.REPLY]
        assert (len(thread), len(replies)) == (ticket.reply_count + ticket.note_count, ticket.reply_count)
        assert thread[-1].message_id == last_message_id(ticket, staff=True)
        assert len(thread) == MESSAGES
    assert reader.execute("PRAGMA foreign_key_check").fetchall() == []
    reader.close()


def test_the_index_is_the_one_that_is_made_anew(built: Paths) -> None:
    path = built.data / DATABASE
    before = terms(path)
    connection = open_writer(path)
    forget_words_version(connection)
    rebuild.begin(connection)
    assert rebuild.index_portions(connection, COUNT) == 0
    connection.close()
    assert terms(path) == before


async def test_a_server_answers_from_it(built: Paths) -> None:
    async with running(built) as desk:
        views = {view["name"]: view["count"] for view in (await desk.call("view.list", "bob"))["views"]}
        assert views["all"] == COUNT
        word, share = COMMON
        assert await ids(desk, "bob", word) == [n for n in range(COUNT, 0, -1) if n % share == 0]


def test_the_same_desk_is_made_again() -> None:
    assert list(Desk(20)) == list(Desk(20))
