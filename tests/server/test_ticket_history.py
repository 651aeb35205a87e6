"""The history of a ticket, and of a message: who changed what, as its reader may know it."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Millis, TicketId, UserId
from hero_assistance_server.audit.repository import StoredAuditEntry
from hero_assistance_server.ticket_history.rules import changes_of
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

SNOOZED = {"status": "snoozed", "snoozed_until": 4_102_444_800_000}


@pytest.fixture
async def filed(desk: Desk) -> Desk:
    """Carol's ticket 1."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    return desk


async def history(desk: Desk, user: str, ticket_id: int = 1) -> list[tuple[str | None, dict[str, tuple[Any, Any]]]]:
    """Return who changed which fields from what to what, oldest first."""
    page = await desk.call("ticket.history", user, ticket_id=ticket_id)
    assert page["next_cursor"] is None
    return [
        (change["actor"], {field["name"]: (field["before"], field["after"]) for field in change["fields"]})
        for change in reversed(page["changes"])
    ]


def entry(action: str, actor: str | None, detail: dict[str, str]) -> StoredAuditEntry:
    who = None if actor is None else UserId(actor)
    return StoredAuditEntry(1, Millis(1), who, "unix", action, TicketId(1), None, detail)


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ({"status": "solved", "status.before": "open"}, [("open", "solved")]),
        ({"status": "snoozed", "status.before": "waiting"}, [("waiting", "open")]),
        ({"status": "snoozed", "status.before": "open"}, []),
        ({"status": "open"}, [(None, "open")]),
        ({"tags": "vpn", "tags.before": ""}, []),
        ({"from": "1", "into": "2", "messages": ""}, []),
    ],
)
def test_customers_are_told_of_the_status_that_they_see(detail: dict[str, str], shown: list[Any]) -> None:
    changes = changes_of([entry("ticket.updated", "bob", detail)], staff=False)
    assert [(one.before, one.after) for change in changes for one in change.fields] == shown


def test_what_is_no_change_of_the_ticket_is_left_out() -> None:
    entries = [entry("ticket.updated", "bob", {"followers": "bob"}), entry("ticket.updated", None, {})]
    assert list(changes_of(entries, staff=True)) == []


async def test_agents_read_who_changed_what_and_what_it_was(filed: Desk) -> None:
    await filed.call("ticket.update", "bob", ticket_id=1, assignee="bob", priority="high", add_tags=["vpn", "b"])
    await filed.call("ticket.update", "alice", ticket_id=1, title="u", remove_tags=["b"])
    await filed.call("ticket.update", "alice", ticket_id=1, **SNOOZED)
    taken, renamed, snoozed = await history(filed, "bob")
    assert taken == ("bob", {"assignee": ("", "bob"), "priority": ("normal", "high"), "tags": ("", "vpn, b")})
    assert renamed == ("alice", {"title": ("t", "u"), "tags": ("vpn, b", "vpn")})
    assert snoozed[1]["status"] == ("new", "snoozed")
    assert snoozed[1]["snoozed_until"] == ("", "2100-01-01T00:00:00.000+00:00")


async def test_names_come_with_the_changes(filed: Desk) -> None:
    await filed.call("ticket.update", "bob", ticket_id=1, assignee="alice")
    await filed.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    page = await filed.call("ticket.history", "alice", ticket_id=1)
    assert page["names"] == {"alice": "Alice", "bob": "Bob", "dave": "Dave"}
    assert (await filed.call("ticket.history", "carol", ticket_id=1))["names"] == {}


async def test_an_invitation_and_its_end_say_who(filed: Desk) -> None:
    await filed.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    await filed.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
    assert await history(filed, "bob") == [
        ("bob", {"collaborators": ("", "dave")}),
        ("bob", {"collaborators": ("dave", "")}),
    ]


async def test_messages_are_no_changes_unless_they_bring_a_ticket_back(filed: Desk) -> None:
    await filed.call("message.reply", "bob", ticket_id=1, body="r")
    await filed.call("message.note", "bob", ticket_id=1, body="n")
    await filed.call("message.edit", "bob", message_id=1, body="e")
    assert await history(filed, "bob") == []
    await filed.call("ticket.update", "bob", ticket_id=1, status="solved")
    await filed.call("message.reply", "carol", ticket_id=1, body="no")
    assert [change["status"] for _, change in await history(filed, "bob")] == [
        ("waiting", "solved"),
        ("solved", "open"),
    ]
    assert [actor for actor, _ in await history(filed, "carol")] == ["bob", "carol"]


async def test_a_rating_is_among_the_changes(filed: Desk) -> None:
    await filed.call("ticket.update", "carol", ticket_id=1, status="solved")
    await filed.call("rating.rate", "carol", ticket_id=1, score="good", comment="Quick!")
    _, rated = await history(filed, "bob")
    assert rated == ("carol", {"score": (None, "good"), "comment": (None, "Quick!")})
    assert len(await history(filed, "carol")) == 1


async def test_a_merge_and_a_split_lead_to_the_other_ticket(filed: Desk) -> None:
    await filed.call("ticket.create", "carol", title="u", body="b")
    await filed.call("message.reply", "carol", ticket_id=2, body="m")
    await filed.call("ticket.merge", "bob", ticket_id=2, into=1)
    await filed.call("ticket.split", "bob", ticket_id=1, message_ids=[1], title="s")
    found = {
        ticket_id: [
            (change["action"], change["source"], change["target"])
            for change in (await filed.call("ticket.history", "bob", ticket_id=ticket_id))["changes"]
        ]
        for ticket_id in (1, 2, 3)
    }
    merged, split = ("ticket.merged", 2, 1), ("ticket.split", 1, 3)
    assert found == {1: [split, merged], 2: [merged], 3: [split]}


async def test_pages_lead_through_a_long_history(filed: Desk) -> None:
    for number in range(7):
        await filed.call("ticket.update", "bob", ticket_id=1, title=f"t{number}")
        await filed.call("message.note", "bob", ticket_id=1, body="n")
    titles: list[str] = []
    cursor = None
    for _ in range(4):
        page = await filed.call("ticket.history", "bob", ticket_id=1, limit=2, cursor=cursor)
        titles += [change["fields"][0]["after"] for change in page["changes"]]
        cursor = page["next_cursor"]
    assert titles == [f"t{number}" for number in reversed(range(7))]
    assert cursor is None
    with pytest.raises(RpcFailure, match="the cursor is not one"):
        await filed.call("ticket.history", "bob", ticket_id=1, cursor="x")


async def test_who_does_not_see_a_ticket_learns_nothing_of_it(filed: Desk) -> None:
    await filed.call("message.reply", "bob", ticket_id=1, body="r")
    await filed.call("message.note", "bob", ticket_id=1, body="n")
    for user, method, params in (
        ("dave", "ticket.history", {"ticket_id": 1}),
        ("dave", "message.history", {"message_id": 1}),
        ("carol", "message.history", {"message_id": 2}),
        ("bob", "ticket.history", {"ticket_id": 9}),
        ("bob", "message.history", {"message_id": 9}),
    ):
        with pytest.raises(RpcFailure, match="there is no"):
            await filed.call(method, user, **params)


async def test_the_earlier_texts_of_a_message_are_the_teams_and_its_authors(filed: Desk) -> None:
    await filed.call("message.reply", "carol", ticket_id=1, body="one")
    await filed.call("message.reply", "bob", ticket_id=1, body="secret")
    for body in ("two", "three"):
        await filed.call("message.edit", "carol", message_id=1, body=body)
    await filed.call("message.edit", "bob", message_id=2, body="public")
    for user in ("carol", "alice"):
        versions = (await filed.call("message.history", user, message_id=1))["versions"]
        assert [version["body"] for version in versions] == ["two", "one"]
    with pytest.raises(RpcFailure, match="only agents and its author"):
        await filed.call("message.history", "carol", message_id=2)
    page = await filed.call("message.history", "bob", message_id=1, limit=1)
    rest = await filed.call("message.history", "bob", message_id=1, limit=1, cursor=page["next_cursor"])
    assert [version["body"] for version in (*page["versions"], *rest["versions"])] == ["two", "one"]


async def test_the_history_of_a_message_goes_with_it_to_another_ticket(filed: Desk) -> None:
    await filed.call("ticket.create", "carol", title="u", body="b")
    await filed.call("message.reply", "carol", ticket_id=2, body="one")
    await filed.call("message.edit", "carol", message_id=1, body="two")
    await filed.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert [one["body"] for one in (await filed.call("message.history", "bob", message_id=1))["versions"]] == ["one"]
