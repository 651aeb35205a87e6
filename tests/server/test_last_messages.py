"""What lists show of the last message of each ticket, for staff and for its customer."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.last_messages import fill_last_messages
from tests.capabilities import sqlite_only
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ticket(desk: Desk) -> Desk:
    """Carol's ticket 1, without a message."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    return desk


async def last(desk: Desk, user: str, ticket_id: int = 1) -> tuple[str, str, str] | None:
    """Author, kind and first words, which the list and the search tell as `ticket.get` does."""
    whole = await desk.call("ticket.get", user, ticket_id=ticket_id)
    (row,) = [row for row in (await desk.call("ticket.list", user))["tickets"] if row["ticket_id"] == ticket_id]
    found = (await desk.call("search.tickets", user, query="after:2000-01-01"))["found"]
    (sought,) = [one["ticket"] for one in found if one["ticket"]["ticket_id"] == ticket_id]
    assert whole["last_message"] == row["last_message"] == sought["last_message"]
    message: dict[str, Any] | None = whole["last_message"]
    return None if message is None else (message["author"], message["kind"], message["excerpt"])


async def test_a_new_ticket_has_no_last_message(ticket: Desk) -> None:
    assert await last(ticket, "bob") is None


async def test_a_customer_is_never_shown_a_note(ticket: Desk) -> None:
    await ticket.call("message.note", "bob", ticket_id=1, body="She is  difficult.\nVery.")
    assert await last(ticket, "alice") == ("bob", "note", "She is difficult. Very.")
    assert await last(ticket, "carol") is None
    await ticket.call("message.reply", "bob", ticket_id=1, body="Hello.")
    await ticket.call("message.note", "alice", ticket_id=1, body="Well.")
    assert await last(ticket, "bob") == ("alice", "note", "Well.")
    assert await last(ticket, "carol") == ("bob", "reply", "Hello.")
    await ticket.call("message.reply", "carol", ticket_id=1, body="Thanks.")
    assert await last(ticket, "bob") == await last(ticket, "carol") == ("carol", "reply", "Thanks.")


async def test_an_edit_shows_in_the_list(ticket: Desk) -> None:
    await ticket.call("message.reply", "bob", ticket_id=1, body="one")
    await ticket.call("message.reply", "bob", ticket_id=1, body="two")
    await ticket.call("message.note", "bob", ticket_id=1, body="three")
    for message_id, body in ((1, "1"), (2, "2"), (3, "3")):
        await ticket.call("message.edit", "bob", message_id=message_id, body=body)
    assert await last(ticket, "alice") == ("bob", "note", "3")
    assert await last(ticket, "carol") == ("bob", "reply", "2")


async def test_merging_and_splitting_move_the_last_message(ticket: Desk) -> None:
    await ticket.call("message.reply", "bob", ticket_id=1, body="one")
    await ticket.call("ticket.create", "carol", title="Again", body="still")
    await ticket.call("message.note", "bob", ticket_id=2, body="the same")
    await ticket.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert await last(ticket, "bob") == ("bob", "note", "the same")
    assert await last(ticket, "carol") == ("carol", "reply", "**Again** still")
    assert await last(ticket, "bob", 2) is None
    await ticket.call("ticket.split", "bob", ticket_id=1, message_ids=[2, 3], title="Apart")
    assert await last(ticket, "bob") == ("bob", "reply", "one")
    assert await last(ticket, "bob", 3) == ("bob", "note", "the same")


async def test_the_assignee_has_a_name(ticket: Desk) -> None:
    await ticket.call("ticket.update", "alice", ticket_id=1, assignee="bob")
    assert (await ticket.call("ticket.get", "alice", ticket_id=1))["assignee_name"] == "Bob"
    await ticket.call("user.update", "alice", user_id="bob", name="Robert")
    assert (await ticket.call("ticket.list", "alice"))["tickets"][0]["assignee_name"] == "Robert"
    await ticket.call("ticket.update", "alice", ticket_id=1, assignee=None)
    assert (await ticket.call("ticket.get", "alice", ticket_id=1))["assignee_name"] is None


@sqlite_only("makes again what a migration makes")
async def test_what_is_kept_can_be_made_again(ticket: Desk) -> None:
    await ticket.call("message.reply", "bob", ticket_id=1, body="words " * 500)
    await ticket.call("message.note", "alice", ticket_id=1, body="n")
    await ticket.call("ticket.create", "carol", title="t", body="b")
    query = "SELECT ticket_id, last_reply, last_note FROM tickets ORDER BY ticket_id"
    connection = open_writer(ticket.database)
    try:
        kept = connection.execute(query).fetchall()
        connection.execute("UPDATE tickets SET last_reply = '', last_note = ''")
        fill_last_messages(connection)
        assert connection.execute(query).fetchall() == kept
        assert [bool(reply) for _, reply, _ in kept] == [True, False]
    finally:
        connection.close()
