"""Erasure: no word of a deleted ticket and no trace of an erased user is left in the database or among the files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.notifications.model import PendingNotification, Reason
from hero_assistance_server.storage.sql.mail.notifications import SqlNotifications
from tests.server.databases import opened_session
from tests.server.desk import Desk
from tests.server.erasing import PRIVATE, add_erin, check_whole, fill_busy, places_of
from tests.server.uploads import kept

pytestmark = pytest.mark.anyio

# Behind all that is due.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    return await fill_busy(desk)


@pytest.fixture
async def erin(busy: Desk) -> Desk:
    return await add_erin(busy)


async def test_nothing_is_left_of_a_deleted_ticket(busy: Desk) -> None:
    assert places_of(busy.paths.data, PRIVATE)
    assert len(kept(busy.paths)) == 1
    answer = await busy.call("ticket.delete", "alice", ticket_id=1)
    assert (answer["ticket_ids"], answer["files"], answer["is_deleted"]) == ([1, 2], 1, True)
    assert places_of(busy.paths.data, PRIVATE) == {}
    assert kept(busy.paths) == []
    check_whole(busy.paths.data)
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
    for statement in ("DELETE FROM audit", "UPDATE audit SET origin = ''"):
        with pytest.raises(Exception, match="append-only"):
            busy.execute(statement)


@pytest.mark.parametrize("user", ["bob", "carol"])
async def test_only_admins_delete_and_erase(busy: Desk, user: str) -> None:
    for method, params in (("ticket.delete", {"ticket_id": 3}), ("user.erase", {"user_id": "dave"})):
        with pytest.raises(RpcFailure, match="may not call"):
            await busy.call(method, user, **params)


async def test_nothing_names_an_erased_user(erin: Desk) -> None:
    assert len(places_of(erin.paths.data, "erin")) > 8
    assert len(kept(erin.paths)) == 3
    answer = await erin.call("user.erase", "alice", user_id="erin-xample", uploads="delete")
    assert (answer["erased_as"], answer["tickets"], answer["messages"]) == ("erased-user", 1, 2)
    for text in ("erin", "xample", "erins.txt"):
        assert places_of(erin.paths.data, text) == {}, text
    check_whole(erin.paths.data)
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
    assert places_of(erin.paths.data, "'bob'") == {}
    check_whole(erin.paths.data)


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
    with opened_session(desk.paths.data) as session:
        notifications = SqlNotifications(session)
        notifications.add([PendingNotification(**{**known, **about})])
        assert notifications.list_due(NEVER, 9) == []
        notifications.add([PendingNotification(**known)])
        assert notifications.list_due(NEVER, 9) == [("carol", 1)]


async def test_invitations_go_with_the_ticket_and_with_who_was_invited_or_invited_them(erin: Desk) -> None:
    made = (await erin.call("ticket.create", "carol", title="t", body="b"))["ticket_id"]
    for ticket_id, name in ((1, "erin"), (made, "erin"), (made, "frank")):
        await erin.call("ticket.invite_address", "carol", ticket_id=ticket_id, email=f"{name}@example.org")
    await erin.call("ticket.delete", "alice", ticket_id=1)
    assert len(places_of(erin.paths.data, "erin@example.org")["guest_invitations"]) == 1
    await erin.call("user.erase", "alice", user_id="erin-xample", uploads="delete")
    assert places_of(erin.paths.data, "erin") == {}
    await erin.call("user.erase", "alice", user_id="carol", uploads="delete")
    assert "guest_invitations" not in places_of(erin.paths.data, "carol")
    assert "guest_invitations" not in places_of(erin.paths.data, "frank"), "who invited is gone, and the invitation too"
    assert (await erin.call("ticket.invitations", "frank"))["invitations"] == []
    check_whole(erin.paths.data)
