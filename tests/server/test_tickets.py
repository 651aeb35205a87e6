"""`ticket.*` and `message.*`, as callers see them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

TOKEN = {"client_token": "x"}


async def test_a_ticket_comes_back_as_it_was_filed(desk: Desk) -> None:
    filed = await desk.call(
        "ticket.create", "carol", title="VPN", body="# down\n\u2603", priority="high", tags=["b", "a", "b"]
    )
    times = {"created_at": filed["created_at"], "updated_at": filed["created_at"]}
    assert filed == times | {
        "ticket_id": 1,
        "title": "VPN",
        "excerpt": "# down \u2603",
        "body": "# down\n\u2603",
        "status": "new",
        "priority": "high",
        "tags": [],
        "customer": "carol",
        "customer_name": "Carol",
        "collaborators": [],
        "assignee": None,
        "assignee_name": None,
        "followers": [],
        "snoozed_until": None,
        "first_response_due": None,
        "first_response_at": None,
        "solved_at": None,
        "merged_into": None,
        "split_from": None,
        "message_count": 0,
        "last_message_id": 0,
        "last_message": None,
        "attachments": [],
    }
    assert await desk.call("ticket.get", "carol", ticket_id=1) == filed
    assert await desk.call("ticket.get", "bob", ticket_id=1) == filed | {"tags": ["b", "a"]}


async def test_a_reply_by_an_agent_waits_and_by_the_customer_opens(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.reply", "bob", ticket_id=1, body="try again")
    assert (await desk.call("ticket.get", "carol", ticket_id=1))["status"] == "waiting"
    await desk.call("message.reply", "carol", ticket_id=1, body="still down")
    assert (await desk.call("ticket.get", "carol", ticket_id=1))["status"] == "open"


async def test_a_note_leaves_no_trace_for_the_customer(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    before = [await desk.call("ticket.get", "carol", ticket_id=1), await desk.call("ticket.list", "carol")]
    noted = await desk.call("message.note", "bob", ticket_id=1, body="secret")
    after = [await desk.call("ticket.get", "carol", ticket_id=1), await desk.call("ticket.list", "carol")]
    before[1].pop("seq"), after[1].pop("seq")
    assert after == before
    assert (await desk.call("message.list", "carol", ticket_id=1))["messages"] == []
    assert (await desk.call("message.list", "bob", ticket_id=1))["messages"] == [noted]
    assert (await desk.call("ticket.get", "bob", ticket_id=1))["message_count"] == 1


@pytest.mark.parametrize(
    ("method", "params"),
    [("ticket.get", {}), ("message.list", {}), ("message.reply", {"body": "b"})],
)
async def test_anothers_ticket_is_answered_as_if_it_did_not_exist(
    desk: Desk, method: str, params: dict[str, Any]
) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    failures = []
    for ticket_id in (1, 99):
        with pytest.raises(RpcFailure) as refused:
            await desk.call(method, "dave", ticket_id=ticket_id, **params)
        failures.append((refused.value.code, refused.value.message.replace(str(ticket_id), "N")))
    assert failures[0] == failures[1] == (-32001, "there is no ticket N")
    assert (await desk.call("ticket.list", "dave"))["tickets"] == []


async def test_customers_know_themselves_and_the_staff(desk: Desk) -> None:
    async def ids(user: str) -> list[str]:
        return [user["user_id"] for user in (await desk.call("user.list", user))["users"]]

    assert await ids("carol") == ["alice", "bob", "carol"]
    assert await ids("bob") == ["alice", "bob", "carol", "dave"]


async def test_the_same_client_token_makes_one_ticket_also_at_once(desk: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [
            group.create_task(desk.call("ticket.create", "carol", title="t", body="b", **TOKEN)) for _ in range(30)
        ]
    assert {call.result()["ticket_id"] for call in calls} == {1}
    assert len((await desk.call("ticket.list", "bob"))["tickets"]) == 1
    assert (await desk.call("system.health"))["seq"] == 1


async def test_a_client_token_belongs_to_its_caller_and_method(desk: Desk) -> None:
    first = await desk.call("ticket.create", "carol", title="t", body="b", **TOKEN)
    other = await desk.call("ticket.create", "dave", title="t", body="b", **TOKEN)
    assert first["ticket_id"] != other["ticket_id"]
    reply = await desk.call("message.reply", "bob", ticket_id=1, body="b", **TOKEN)
    note = await desk.call("message.note", "bob", ticket_id=1, body="b", **TOKEN)
    assert reply["message_id"] != note["message_id"]
    assert await desk.call("message.reply", "bob", ticket_id=1, body="b", **TOKEN) == reply
    assert await desk.call("message.note", "bob", ticket_id=1, body="b", **TOKEN) == note


async def test_a_client_token_used_on_another_ticket_is_a_conflict(desk: Desk) -> None:
    for _ in range(2):
        await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.reply", "carol", ticket_id=1, body="b", **TOKEN)
    with pytest.raises(RpcFailure) as refused:
        await desk.call("message.reply", "carol", ticket_id=2, body="b", **TOKEN)
    assert refused.value.remote_reason == "conflict"


async def test_pages_are_stable_under_writes(desk: Desk) -> None:
    """Tickets that move to the top while someone pages are neither seen twice nor push others away."""
    for number in range(1, 12):
        await desk.call("ticket.create", "carol", title=f"t{number}", body="b")
    first = await desk.call("ticket.list", "bob", limit=4)
    await desk.call("message.reply", "bob", ticket_id=1, body="to the top")
    await desk.call("ticket.create", "dave", title="new", body="b")
    second = await desk.call("ticket.list", "bob", limit=4, cursor=first["next_cursor"])
    third = await desk.call("ticket.list", "bob", limit=4, cursor=second["next_cursor"])
    pages = [[ticket["ticket_id"] for ticket in page["tickets"]] for page in (first, second, third)]
    assert pages == [[11, 10, 9, 8], [7, 6, 5, 4], [3, 2]]
    assert third["next_cursor"] is None
    told = await desk.heard("bob", first["seq"])
    assert [event.ticket.ticket_id for event in told if event.ticket] == [1, 12]


async def test_a_customers_pages_are_ordered_by_what_the_customer_sees(desk: Desk) -> None:
    for _ in range(3):
        await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.note", "bob", ticket_id=1, body="n")
    assert [t["ticket_id"] for t in (await desk.call("ticket.list", "carol"))["tickets"]] == [3, 2, 1]
    assert [t["ticket_id"] for t in (await desk.call("ticket.list", "bob"))["tickets"]] == [1, 3, 2]


@pytest.mark.parametrize("cursor", ["", "nonsense", "MTIz", "LTEuMQ", "é", "=" * 100])
async def test_a_cursor_that_is_none_is_refused(desk: Desk, cursor: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "bob", cursor=cursor)
    assert refused.value.code == -32602
