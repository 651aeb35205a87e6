"""Erasure: no word of a deleted ticket and no trace of an erased user is left in the database or among the files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.notifications.model import PendingNotification, Reason
from hero_assistance_server.storage.sqlite.database.connection import open_reader, open_writer
from hero_assistance_server.storage.sqlite.mail.notifications import SqliteNotifications
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.storage.sqlite.tickets import list_index, tickets
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.timestamps import millis
from tests.server.desk import Desk
from tests.server.uploads import kept

pytestmark = pytest.mark.anyio

# Words that no other text has.
# Behind all that is due.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
PRIVATE = "quetzalcoatl"


def tables(connection: apsw.Connection) -> list[str]:
    """Every table but those of the full-text index, whose words are looked for by searches."""
    rows = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return [name for (name,) in rows if not name.startswith("search_index")]


def places_of(database: Path, text: str) -> dict[str, list[Any]]:
    """The rows of each table that have a text in them, in any case."""
    connection = open_reader(database)
    try:
        found: dict[str, list[Any]] = {}
        for table in tables(connection):
            rows = [row for row in connection.execute(f"SELECT * FROM {table}") if text.lower() in repr(row).lower()]  # noqa: S608
            if rows:
                found[table] = rows
        return found
    finally:
        connection.close()


def check_whole(database: Path) -> None:
    """The lists and counters are what the tickets say, and every reference leads somewhere."""
    connection = open_writer(database)
    try:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        ids = [ticket_id for (ticket_id,) in connection.execute("SELECT ticket_id FROM tickets")]
        held = [ticket for ticket in (tickets.find(connection, ticket_id) for ticket_id in ids) if ticket is not None]
        listed = {
            (scope, one.status.value, millis(one.updated_at), one.ticket_id) for one in held for scope in scopes(one)
        }
        assert set(connection.execute("SELECT * FROM listings")) == listed
        placed = {(place.user_id, millis(place.at), one.ticket_id) for one in held for place in places(one)}
        assert set(connection.execute("SELECT * FROM places")) == placed
        for scope, status, count in connection.execute("SELECT * FROM tallies").fetchall():
            assert count == sum(row[:2] == (scope, status) for row in listed), scope
        assert list_index.count(connection, "all", frozenset(one.status for one in held)) == len(held)
    finally:
        connection.close()


async def file(desk: Desk, user: str, name: str, ticket_id: int) -> int:
    """Send a file on a ticket."""
    uploaded: int = (await desk.upload(user, name, name.encode()))["attachment_id"]
    await desk.call("message.reply", user, ticket_id=ticket_id, body=f"see {PRIVATE}", attachments=[uploaded])
    return uploaded


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """Carol's tickets 1 and 2, the second of which was merged into the first; Dave's 3 has to stay."""
    await desk.call("ticket.create", "carol", title=PRIVATE, body="b", tags=["vpn"], client_token="t1")  # noqa: S106
    await desk.call("ticket.create", "carol", title=f"{PRIVATE} again", body="b")
    await desk.call("ticket.create", "dave", title="stays", body="b", tags=["vpn"])
    await desk.call("ticket.update", "alice", ticket_id=1, assignee="bob", title=f"{PRIVATE}!")
    await desk.call("message.note", "bob", ticket_id=1, body=PRIVATE)
    reply = await desk.call("message.reply", "bob", ticket_id=1, body=f"old {PRIVATE}")
    await desk.call("message.edit", "bob", message_id=reply["message_id"], body=f"new {PRIVATE}")
    await desk.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    await desk.call("ticket.invite", "bob", ticket_id=2, user_id="dave")
    await file(desk, "carol", f"{PRIVATE}.txt", 1)
    await desk.call("ticket.merge", "alice", ticket_id=2, into=1)
    await desk.call("draft.save", "dave", ticket_id=1, kind="reply", body=PRIVATE)
    await desk.call("read.mark", "alice", ticket_id=1, message_id=9)
    await desk.call("ticket.update", "bob", ticket_id=1, status="solved")
    await desk.call("rating.rate", "carol", ticket_id=1, score="bad", comment=PRIVATE)
    await desk.call("message.reply", "dave", ticket_id=3, body="stays")
    return desk


async def test_nothing_is_left_of_a_deleted_ticket(busy: Desk) -> None:
    assert places_of(busy.database, PRIVATE)
    assert len(kept(busy.paths)) == 1
    answer = await busy.call("ticket.delete", "alice", ticket_id=1)
    assert (answer["ticket_ids"], answer["files"], answer["is_deleted"]) == ([1, 2], 1, True)
    assert places_of(busy.database, PRIVATE) == {}
    assert kept(busy.paths) == []
    check_whole(busy.database)
    for user in ("alice", "dave"):
        assert [one["ticket_id"] for one in (await busy.call("ticket.list", user))["tickets"]] == [3]
        assert (await busy.call("search.tickets", user, query=PRIVATE))["found"] == []
    for ticket_id in (1, 2):
        with pytest.raises(RpcFailure, match="there is no ticket"):
            await busy.call("ticket.get", "alice", ticket_id=ticket_id)


async def test_a_dry_run_tells_and_changes_nothing(busy: Desk) -> None:
    before = await busy.call("ticket.get", "alice", ticket_id=1)
    told = await busy.call("ticket.delete", "alice", ticket_id=1, dry_run=True)
    assert told["is_deleted"] is False
    assert await busy.call("ticket.get", "alice", ticket_id=1) == before
    done = await busy.call("ticket.delete", "alice", ticket_id=1)
    assert done == told | {"is_deleted": True}


async def test_numbers_are_never_given_again(busy: Desk) -> None:
    """Else a link in an old letter would lead to what somebody else asks."""
    last = await busy.call("message.reply", "dave", ticket_id=3, body="b")
    await busy.call("ticket.delete", "alice", ticket_id=3)
    filed = await busy.call("ticket.create", "dave", title="t", body="b")
    reply = await busy.call("message.reply", "dave", ticket_id=filed["ticket_id"], body="b")
    assert filed["ticket_id"] == 4
    assert reply["message_id"] > last["message_id"]


async def test_everybody_who_saw_it_drops_it(busy: Desk) -> None:
    since = (await busy.call("ticket.list", "carol"))["seq"]
    await busy.call("ticket.delete", "alice", ticket_id=1)
    for user in ("alice", "bob", "carol", "dave"):
        told = await busy.heard(user, since)
        assert [(one.kind, one.record.model_dump() if one.record else None) for one in told] == [
            ("ticket.deleted", {"noun": "removed", "of": "ticket", "key": key}) for key in ("1", "2")
        ]


async def test_who_deleted_it_is_in_the_trail(busy: Desk) -> None:
    await busy.call("ticket.delete", "alice", ticket_id=1)
    entries = (await busy.call("audit.list", "alice", action="ticket.deleted"))["entries"]
    assert [(one["actor"], one["detail"]["ticket_id"]) for one in entries] == [("alice", "2"), ("alice", "1")]
    # That something was done to it stays.
    assert (await busy.call("audit.list", "alice", action="ticket.merged"))["entries"][0]["detail"] == {
        "ticket_id": "2"
    }


async def test_the_trail_is_append_only_afterwards(busy: Desk) -> None:
    await busy.call("ticket.delete", "alice", ticket_id=1)
    connection = open_writer(busy.database)
    try:
        for statement in ("DELETE FROM audit", "UPDATE audit SET origin = ''"):
            with pytest.raises(apsw.ConstraintError, match="append-only"):
                connection.execute(statement)
    finally:
        connection.close()


@pytest.mark.parametrize("user", ["bob", "carol"])
async def test_only_admins_delete_and_erase(busy: Desk, user: str) -> None:
    for method, params in (("ticket.delete", {"ticket_id": 3}), ("user.erase", {"user_id": "dave"})):
        with pytest.raises(RpcFailure, match="may not call"):
            await busy.call(method, user, **params)


@pytest.fixture
async def erin(busy: Desk) -> Desk:
    """A customer with an id of her name, an address, tickets, files, drafts and a place on another's ticket."""
    await busy.call("user.enrol", "alice", email="erin@example.org", name="Erin Xample", login="erinx@corp")
    await busy.call("ticket.create", "erin-xample", title="hers", body="b")
    await file(busy, "erin-xample", "erins.txt", 4)
    await busy.upload("erin-xample", "unsent.txt", b"unsent")
    await busy.call("draft.save", "erin-xample", ticket_id=4, kind="reply", body="unsent")
    await busy.call("ticket.invite", "bob", ticket_id=3, user_id="erin-xample")
    await busy.call("message.reply", "erin-xample", ticket_id=3, body="Me too.")
    await busy.call("message.reply", "bob", ticket_id=4, body="An answer.")
    await busy.call("view.save", "bob", name="v", filter="customer:erin-xample is:active")
    await busy.call("read.mark", "erin-xample", ticket_id=3, message_id=1)
    return busy


async def test_nothing_names_an_erased_user(erin: Desk) -> None:
    assert len(places_of(erin.database, "erin")) > 8
    assert len(kept(erin.paths)) == 3
    answer = await erin.call("user.erase", "alice", user_id="erin-xample", uploads="delete")
    assert (answer["erased_as"], answer["tickets"], answer["messages"]) == ("erased-user", 1, 2)
    for text in ("erin", "xample", "erins.txt"):
        assert places_of(erin.database, text) == {}, text
    check_whole(erin.database)
    # Carol's file stays.
    assert len(kept(erin.paths)) == 1
    assert (await erin.call("search.tickets", "bob", query="erin*"))["found"] == []
    assert [one["user_id"] for one in (await erin.call("user.list", "bob"))["users"]] == [
        *("alice", "bob", "carol", "dave", "erased-user")
    ]


async def test_what_was_said_stays(erin: Desk) -> None:
    before = await erin.call("message.list", "bob", ticket_id=4)
    await erin.call("user.erase", "alice", user_id="erin-xample")
    ticket = await erin.call("ticket.get", "bob", ticket_id=4)
    assert (ticket["customer"], ticket["customer_name"]) == ("erased-user", "Erased user")
    after = await erin.call("message.list", "bob", ticket_id=4)
    assert [one["body"] for one in after["messages"]] == [one["body"] for one in before["messages"]]
    # Kept by choice: what was sent.
    assert [len(one["attachments"]) for one in after["messages"]] == [1, 0]
    shared = await erin.call("ticket.get", "dave", ticket_id=3)
    assert (shared["collaborators"], shared["last_message"]["author"]) == (["erased-user"], "erased-user")
    found = (await erin.call("search.tickets", "bob", query="customer:erased-user"))["found"]
    assert [one["ticket"]["ticket_id"] for one in found] == [4]
    (saved,) = (await erin.call("view.list", "bob"))["saved"]
    assert (saved["view"]["filter"], saved["count"]) == ("customer:erased-user is:active", 1)


async def test_a_dry_run_of_an_erasure_changes_nothing(erin: Desk) -> None:
    told = await erin.call("user.erase", "alice", user_id="erin-xample", dry_run=True)
    assert (told["erased_as"], told["files"], told["drafts"], told["sign_ins"]) == (None, 1, 1, 1)
    assert (await erin.call("ticket.get", "bob", ticket_id=4))["customer"] == "erin-xample"
    done = await erin.call("user.erase", "alice", user_id="erin-xample")
    assert done == told | {"erased_as": "erased-user"}


async def test_an_erased_user_has_no_access(erin: Desk) -> None:
    await erin.call("user.erase", "alice", user_id="erin-xample")
    for name in ("erin-xample", "erased-user"):
        with pytest.raises(RpcFailure):
            await erin.call("ticket.list", name)


async def test_everybody_fetches_what_they_hold_again(erin: Desk) -> None:
    held = (await erin.call("ticket.list", "bob"))["seq"]
    await erin.call("user.erase", "alice", user_id="erin-xample")
    answer = await erin.call("event.list", "bob", since=held)
    assert answer["reset"] is True
    assert (await erin.call("ticket.list", "bob"))["seq"] == answer["seq"]
    await erin.call("ticket.create", "dave", title="t", body="b")
    assert [one["kind"] for one in (await erin.call("event.list", "bob", since=answer["seq"]))["events"]] == [
        "ticket.created"
    ]


async def test_an_agent_is_erased_once_the_tickets_are_handed_back(erin: Desk) -> None:
    await erin.call("ticket.update", "alice", ticket_id=3, assignee="bob")
    with pytest.raises(RpcFailure, match="has open tickets"):
        await erin.call("user.erase", "alice", user_id="bob")
    await erin.call("user.deactivate", "alice", user_id="bob", unassign=True)
    await erin.call("user.erase", "alice", user_id="bob")
    messages = (await erin.call("message.list", "dave", ticket_id=4 - 1))["messages"]
    assert {one["author"] for one in messages} <= {"dave", "erin-xample"}
    assert (await erin.call("message.list", "alice", ticket_id=4))["messages"][-1]["author_name"] == "Erased user"
    assert places_of(erin.database, "'bob'") == {}
    check_whole(erin.database)


async def test_neither_the_last_admin_nor_oneself(erin: Desk) -> None:
    with pytest.raises(RpcFailure, match="nobody erases themselves"):
        await erin.call("user.erase", "alice", user_id="alice")
    with pytest.raises(RpcFailure, match="there is no user"):
        await erin.call("user.erase", "alice", user_id="nobody")


async def test_the_trail_says_who_erased_and_not_whom(erin: Desk) -> None:
    await erin.call("user.erase", "alice", user_id="erin-xample")
    (entry,) = (await erin.call("audit.list", "alice", action="user.erased"))["entries"]
    assert (entry["actor"], entry["detail"]["user_id"]) == ("alice", "erased-user")
    (enrolled,) = (await erin.call("audit.list", "alice", action="user.enrolled"))["entries"][:1]
    assert enrolled["detail"]["user_id"] == "erased-user"
    assert "erin" not in json.dumps(enrolled)


async def test_the_next_one_gets_another_id(erin: Desk) -> None:
    for user_id, expected in (("erin-xample", "erased-user"), ("dave", "erased-user-2")):
        assert (await erin.call("user.erase", "alice", user_id=user_id))["erased_as"] == expected


@pytest.mark.parametrize("about", [{"user_id": "gone"}, {"ticket_id": 9}, {"actor": "gone"}, {"message_id": 99}])
async def test_what_was_decided_before_an_erasure_is_not_told(desk: Desk, about: dict[str, Any]) -> None:
    """The notifier decides on a snapshot and writes later: what it decided about may be gone."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    known: dict[str, Any] = {"user_id": "carol", "ticket_id": 1, "reason": Reason.REPLIED, "due_at": datetime.now(UTC)}
    known |= {"actor": "bob", "message_id": None}
    connection = open_writer(desk.database)
    try:
        notifications = SqliteNotifications(Session(connection))
        notifications.add([PendingNotification(**{**known, **about})])
        assert notifications.list_due(NEVER, 9) == []
        notifications.add([PendingNotification(**known)])
        assert notifications.list_due(NEVER, 9) == [("carol", 1)]
    finally:
        connection.close()
