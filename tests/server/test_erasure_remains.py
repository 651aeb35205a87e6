"""What is not in a table: the bytes of the database's file, letters in the outbox folder, what is kept in memory."""

from __future__ import annotations

import pytest

from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.erasure import engine
from tests.capabilities import sqlite_only
from tests.server.desk import Desk, until
from tests.server.erasing import PRIVATE, add_erin, fill_busy, send_letter

pytestmark = pytest.mark.anyio


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    return await fill_busy(desk)


@pytest.fixture
async def erin(busy: Desk) -> Desk:
    return await add_erin(busy)


def read_file(desk: Desk) -> bytes:
    """The bytes of the database, after the search index has merged its parts and the log is folded in."""
    connection = open_writer(desk.database)
    try:
        connection.pragma("secure_delete", True)
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0
    finally:
        connection.close()
    return desk.database.read_bytes().lower()


@sqlite_only("reads the bytes of SQLite's file")
async def test_no_byte_of_a_deleted_ticket_is_left_in_the_file(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="xylophone", body=f"{PRIVATE} " * 2000)
    await desk.call("message.reply", "bob", ticket_id=1, body="wolpertinger")
    send_letter(desk, 1, "xylophone")
    words = (b"xylophone", PRIVATE.encode(), b"wolpertinger")
    assert all(word in read_file(desk) for word in words)
    await desk.call("ticket.delete", "alice", ticket_id=1)
    assert [word for word in words if word in read_file(desk)] == []


@sqlite_only("reads the bytes of SQLite's file")
async def test_no_byte_of_an_erased_user_is_left_in_the_file(erin: Desk) -> None:
    words = (b"erin-xample", b"erin xample", b"erin@example.org", b"erinx@corp", b"unsent")
    assert all(word in read_file(erin) for word in words[:4])
    await erin.call("user.erase", "alice", user_id="erin-xample", uploads="delete")
    assert [word for word in words if word in read_file(erin)] == []


async def test_letters_in_the_outbox_folder_go(erin: Desk) -> None:
    def letters() -> list[str]:
        return sorted(path.read_text() for path in erin.paths.mail.glob("*.eml"))

    assert letters() == ["Re: stays", PRIVATE, "to one user"]
    await erin.call("ticket.delete", "alice", ticket_id=1)
    assert letters() == ["Re: stays", "to one user"]
    await erin.call("user.erase", "alice", user_id="erin-xample")
    assert letters() == ["Re: stays"]


async def test_an_erased_customer_is_not_found(erin: Desk) -> None:
    for prefix in ("erin", "xample", "da"):
        assert (await erin.call("user.customers", "bob", prefix=prefix))["users"]
    await erin.call("user.erase", "alice", user_id="erin-xample")
    for prefix in ("erin", "xample"):
        assert (await erin.call("user.customers", "bob", prefix=prefix))["users"] == []
    assert (await erin.call("user.customers", "bob", prefix="da"))["users"]


@sqlite_only("looks at the rebuild of the index in the file")
async def test_many_tickets_are_indexed_once_more_soon(erin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not only after the next start."""
    monkeypatch.setattr(engine, "INDEXED_AT_ONCE", 0)
    await erin.call("user.erase", "alice", user_id="erin-xample")
    connection = open_writer(erin.database)
    try:
        await until(lambda: connection.execute("SELECT indexed_from FROM search_rebuild").get == 1)
    finally:
        connection.close()
    assert (await erin.call("search.tickets", "bob", query="customer:erin-xample"))["found"] == []
    assert (await erin.call("search.tickets", "bob", query="erin*"))["found"] == []


async def test_entries_about_others_stay_as_they_were(desk: Desk) -> None:
    """A user whose id or name is a word: the trail of others is not rewritten."""
    await desk.call("user.enrol", "alice", email="open@example.org", name="open", login="open@corp")
    await desk.call("ticket.create", "dave", title="t", body="b")
    await desk.call("ticket.update", "alice", ticket_id=1, status="open", title="open the door")
    await desk.call("ticket.invite", "alice", ticket_id=1, user_id="open")
    invited, updated = (await desk.call("audit.list", "alice", action="ticket.updated"))["entries"]
    assert (updated["detail"]["status"], updated["detail"]["title"]) == ("open", "open the door")
    await desk.call("user.erase", "alice", user_id="open")
    after = (await desk.call("audit.list", "alice", action="ticket.updated"))["entries"]
    assert after == [{**invited, "detail": {"collaborators": "erased-user", "collaborators.before": ""}}, updated]


async def test_former_assignees_are_renamed_in_the_trail(desk: Desk) -> None:
    """Nothing but the entry names them any more."""
    await desk.call("ticket.create", "dave", title="t", body="b")
    await desk.call("ticket.update", "alice", ticket_id=1, assignee="bob")
    await desk.call("ticket.update", "alice", ticket_id=1, assignee=None)
    await desk.call("user.erase", "alice", user_id="bob")
    entries = (await desk.call("audit.list", "alice", action="ticket.updated"))["entries"]
    assert [one["detail"].get("assignee.before") for one in entries] == ["erased-user", ""]
