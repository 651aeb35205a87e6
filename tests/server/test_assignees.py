"""Tickets are with agents who can work: no other can be assigned, and what an agent leaves behind comes back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

SNOOZED = {"status": "snoozed", "snoozed_until": 4_000_000_000_000}
# How an agent stops working on tickets.
LEAVING: dict[str, dict[str, Any]] = {"user.deactivate": {}, "user.update": {"role": "customer"}}


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


async def leave(desk: Desk, method: str, **more: Any) -> dict[str, Any]:
    """Let Bob go; returns the answer."""
    return dict(await desk.call(method, "alice", user_id="bob", **LEAVING[method], **more))


async def file(desk: Desk, number: int, **fields: Any) -> None:
    """File a ticket of Carol's with these fields."""
    await desk.call("ticket.create", "carol", title=f"t{number}", body="b")
    if fields:
        await desk.call("ticket.update", "alice", ticket_id=number, **fields)


@pytest.mark.parametrize("method", LEAVING)
async def test_who_cannot_work_is_not_assigned(desk: Desk, method: str) -> None:
    await file(desk, 1)
    await desk.call("macro.save", "alice", name="m", assignee="bob")
    await leave(desk, method)
    assert await refusal(desk, "ticket.update", "alice", ticket_id=1, assignee="bob") == "conflict"
    assert await refusal(desk, "macro.save", "alice", name="n", assignee="bob") == "conflict"
    answers: tuple[dict[str, Any], ...] = (
        await desk.call("ticket.bulk", "alice", ticket_ids=[1], assignee="bob"),
        await desk.call("macro.run", "alice", macro_id=1, ticket_ids=[1]),
    )
    for results in answers:
        assert [result["error"]["reason"] for result in results["results"]] == ["conflict"]
    assert (await desk.call("ticket.get", "alice", ticket_id=1))["assignee"] is None


async def test_an_agent_who_is_back_is_assigned_again(desk: Desk) -> None:
    await file(desk, 1)
    await leave(desk, "user.deactivate")
    await desk.call("user.reactivate", "alice", user_id="bob")
    assert (await desk.call("ticket.update", "alice", ticket_id=1, assignee="bob"))["assignee"] == "bob"


async def test_who_is_deactivated_is_not_invited(desk: Desk) -> None:
    await file(desk, 1)
    await desk.call("user.deactivate", "alice", user_id="dave")
    assert await refusal(desk, "ticket.invite", "alice", ticket_id=1, user_id="dave") == "conflict"


@pytest.mark.parametrize("method", LEAVING)
async def test_what_an_agent_leaves_behind_is_listed_and_unassigned_on_request(desk: Desk, method: str) -> None:
    states: list[dict[str, Any]] = [{"status": "open"}, {"status": "waiting"}, SNOOZED, {"status": "solved"}]
    for number, fields in enumerate(states, 1):
        await file(desk, number, assignee="bob", **fields)
    shared = await desk.call("macro.save", "alice", name="shared", assignee="bob", shared=True)
    await desk.call("macro.save", "bob", name="bobs", assignee="bob")
    left = await leave(desk, method)
    assert (left["open_tickets"], left["macros"]) == ([1, 2, 3], [shared["macro_id"]])
    left = await leave(desk, method, unassign=True)
    assert left["open_tickets"] == []
    tickets = (await desk.call("ticket.list", "alice"))["tickets"]
    assert {ticket["ticket_id"]: ticket["assignee"] for ticket in tickets} == {1: None, 2: None, 3: None, 4: "bob"}


async def test_what_was_unassigned_names_nobody(desk: Desk) -> None:
    """Also in the event, which a list on a screen is drawn from."""
    await file(desk, 1, assignee="bob")
    since = (await desk.call("ticket.list", "alice"))["seq"]
    await leave(desk, "user.deactivate", unassign=True)
    told = [event.ticket for event in await desk.heard("alice", since) if event.kind == "ticket.updated"]
    assert [(one.assignee, one.assignee_name) for one in told if one] == [(None, None)]


async def test_who_goes_on_working_keeps_their_tickets(desk: Desk) -> None:
    await file(desk, 1, assignee="bob")
    changes: list[dict[str, Any]] = [{"name": "Robert"}, {"role": "admin"}, {"role": "agent"}]
    for fields in changes:
        answer = await desk.call("user.update", "alice", user_id="bob", **fields)
        assert (answer["open_tickets"], answer["macros"]) == ([], [])
    assert await refusal(desk, "user.update", "alice", user_id="bob", name="Bob", unassign=True) == "conflict"
    assert (await desk.call("ticket.get", "alice", ticket_id=1))["assignee"] == "bob"


async def _by_reply(desk: Desk) -> None:
    await desk.call("message.reply", "carol", ticket_id=1, body="again")


async def _by_update(desk: Desk) -> None:
    await desk.call("ticket.update", "carol", ticket_id=1, status="open")


async def _by_merge(desk: Desk) -> None:
    await file(desk, 2)
    await desk.call("ticket.merge", "alice", ticket_id=2, into=1)


async def _by_macro(desk: Desk) -> None:
    await desk.call("macro.save", "alice", name="m", status="open")
    await desk.call("macro.run", "alice", macro_id=1, ticket_ids=[1])


@pytest.mark.parametrize("reopen", [_by_reply, _by_update, _by_merge, _by_macro])
@pytest.mark.parametrize("status", [{"status": "solved"}, SNOOZED])
async def test_a_ticket_that_comes_back_after_its_agent_left_is_unassigned(
    desk: Desk, status: dict[str, Any], reopen: Callable[[Desk], Awaitable[None]]
) -> None:
    await file(desk, 1, assignee="bob", **status)
    await leave(desk, "user.update")
    await reopen(desk)
    ticket = await desk.call("ticket.get", "alice", ticket_id=1)
    assert (ticket["status"], ticket["assignee"]) == ("open", None)
    listed = (await desk.call("ticket.list", "alice", view="unassigned"))["tickets"]
    assert 1 in [one["ticket_id"] for one in listed]
    (trail, *_) = (await desk.call("audit.list", "alice", ticket_id=1))["entries"]
    assert trail["detail"] == {"assignee": "", "assignee.before": "bob"}


async def test_a_ticket_that_comes_back_to_an_agent_stays_assigned(desk: Desk) -> None:
    await file(desk, 1, assignee="bob", status="solved")
    await _by_reply(desk)
    assert (await desk.call("ticket.get", "alice", ticket_id=1))["assignee"] == "bob"


async def test_a_part_of_a_ticket_whose_agent_left_is_unassigned(desk: Desk) -> None:
    await file(desk, 1, assignee="bob", status="solved")
    message = await desk.call("message.note", "alice", ticket_id=1, body="b")
    await leave(desk, "user.deactivate")
    part = await desk.call("ticket.split", "alice", ticket_id=1, message_ids=[message["message_id"]], title="part")
    assert part["assignee"] is None
    assert part == await desk.call("ticket.get", "alice", ticket_id=2)
