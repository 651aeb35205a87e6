"""Two tickets that are merged: where they go on, who still has to answer, what is unread, in which order."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


async def refused(desk: Desk, method: str, user: str, /, **params: Any) -> RpcFailure:
    """Call a method that must be refused; returns the error."""
    with pytest.raises(RpcFailure) as failure:
        await desk.call(method, user, **params)
    return failure.value


async def file_two(desk: Desk) -> None:
    """Carol's ticket 1, which Bob has answered, and her ticket 2 about the same."""
    await desk.call("ticket.create", "carol", title="one", body="first")
    await desk.call("message.reply", "bob", ticket_id=1, body="an answer")
    await desk.call("ticket.create", "carol", title="two", body="second")


@pytest.fixture
async def merged(desk: Desk) -> Desk:
    """Ticket 2 is merged into ticket 1."""
    await file_two(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    return desk


async def test_a_customers_reply_to_a_merged_ticket_is_on_the_other_one(merged: Desk) -> None:
    before = (await merged.call("ticket.get", "bob", ticket_id=1))["message_count"]
    written = await merged.call("message.reply", "carol", ticket_id=2, body="hi")
    assert (written["ticket_id"], written["body"]) == (1, "hi")
    listed = (await merged.call("message.list", "carol", ticket_id=1))["messages"]
    assert listed[-1] == written
    assert (await merged.call("ticket.get", "bob", ticket_id=1))["message_count"] == before + 1
    assert (await merged.call("ticket.get", "bob", ticket_id=1))["status"] == "open"
    assert (await merged.call("ticket.get", "bob", ticket_id=2))["message_count"] == 0


async def test_a_reply_goes_to_the_end_of_a_chain_of_merges(merged: Desk) -> None:
    await merged.call("ticket.create", "carol", title="three", body="third")
    await merged.call("ticket.merge", "bob", ticket_id=1, into=3)
    assert (await merged.call("message.reply", "carol", ticket_id=2, body="hi"))["ticket_id"] == 3
    failure = await refused(merged, "message.note", "bob", ticket_id=2, body="b")
    assert failure.data["merged_into"] == 3


@pytest.mark.parametrize("method", ["message.reply", "message.note"])
async def test_an_agent_is_told_where_a_merged_ticket_goes_on(merged: Desk, method: str) -> None:
    failure = await refused(merged, method, "bob", ticket_id=2, body="b")
    assert (failure.remote_reason, failure.data["merged_into"]) == ("conflict", 1)
    assert failure.hint is not None
    assert "ticket 1" in failure.hint
    assert (await merged.call("message.list", "bob", ticket_id=2))["messages"] == []


async def test_a_reply_to_a_merged_ticket_is_made_once(merged: Desk) -> None:
    sent = {"ticket_id": 2, "body": "hi", "client_token": "x"}
    made = await merged.call("message.reply", "carol", **sent)
    assert await merged.call("message.reply", "carol", **sent) == made


async def test_a_reply_that_was_made_before_the_merge_is_found_after_it(desk: Desk) -> None:
    await file_two(desk)
    sent = {"ticket_id": 2, "body": "hi", "client_token": "x"}
    made = await desk.call("message.reply", "bob", **sent)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert await desk.call("message.reply", "bob", **sent) == made | {"ticket_id": 1}


async def test_the_draft_of_what_goes_on_elsewhere_is_deleted(merged: Desk) -> None:
    await merged.call("draft.save", "carol", ticket_id=2, body="h")
    await merged.call("message.reply", "carol", ticket_id=2, body="hi")
    assert (await merged.call("draft.list", "carol"))["drafts"] == []


async def test_the_guard_looks_at_the_ticket_where_it_goes_on(merged: Desk) -> None:
    last = (await merged.call("ticket.get", "carol", ticket_id=1))["last_message_id"]
    await merged.call("message.reply", "bob", ticket_id=1, body="one more")
    failure = await refused(merged, "message.reply", "carol", ticket_id=2, body="b", last_seen_message_id=last)
    assert [message["body"] for message in failure.data["messages"]] == ["one more"]


async def test_a_former_collaborator_is_not_led_to_what_they_no_longer_see(desk: Desk) -> None:
    await file_two(desk)
    for ticket_id in (1, 2):
        await desk.call("ticket.invite", "bob", ticket_id=ticket_id, user_id="dave")
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    await desk.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
    failure = await refused(desk, "message.reply", "dave", ticket_id=2, body="b")
    assert (failure.remote_reason, failure.data.get("merged_into")) == ("conflict", None)


@pytest.mark.parametrize(("user", "status"), [("bob", "open"), ("bob", "solved"), ("carol", "open")])
async def test_a_merged_ticket_is_not_reopened(merged: Desk, user: str, status: str) -> None:
    failure = await refused(merged, "ticket.update", user, ticket_id=2, status=status)
    assert (failure.remote_reason, failure.data["merged_into"]) == ("conflict", 1)
    assert failure.hint is not None
    assert ("ticket.split" in failure.hint) is (user == "bob")


async def test_other_fields_of_a_merged_ticket_can_be_set(merged: Desk) -> None:
    updated = await merged.call("ticket.update", "bob", ticket_id=2, status="closed", add_tags=["twice"])
    assert (updated["tags"], updated["status"], updated["merged_into"]) == (["twice"], "closed", 1)


async def test_a_merged_ticket_is_not_merged_again_and_nothing_into_it(merged: Desk) -> None:
    await merged.call("ticket.create", "carol", title="three", body="third")
    for source, target in ((2, 3), (3, 2), (2, 1)):
        failure = await refused(merged, "ticket.merge", "bob", ticket_id=source, into=target)
        assert (failure.remote_reason, failure.data["merged_into"]) == ("conflict", 1)


async def test_a_macro_and_a_bulk_update_say_where_it_goes_on(merged: Desk) -> None:
    await merged.call("macro.save", "bob", name="m", reply="r")
    (ran,) = (await merged.call("macro.run", "bob", macro_id=1, ticket_ids=[2]))["results"]
    (updated,) = (await merged.call("ticket.bulk", "bob", ticket_ids=[2], status="open"))["results"]
    for result in (ran, updated):
        assert (result["ticket"], result["error"]["reason"]) == (None, "conflict")
        assert "ticket 1" in result["error"]["hint"]


async def test_splitting_undoes_a_merge(merged: Desk) -> None:
    listed = (await merged.call("message.list", "bob", ticket_id=1))["messages"]
    (opening,) = [message["message_id"] for message in listed if message["author"] == "carol"]
    part = await merged.call("ticket.split", "bob", ticket_id=1, message_ids=[opening], title="two")
    assert (part["message_count"], part["merged_into"]) == (1, None)
    assert (await merged.call("message.reply", "carol", ticket_id=part["ticket_id"], body="b"))["ticket_id"] == 3


# The status of the target after a merge, by those of the source (the row) and of the target (the column), in the order
# of `Status`: new open waiting snoozed solved. A source that is answered leaves the target as it is.
OPENED = dict.fromkeys(["new", "open", "waiting", "snoozed", "solved"], "open")
KEPT = {status: status for status in OPENED}
AFTER = {"new": OPENED, "open": OPENED, "snoozed": OPENED, "waiting": KEPT, "solved": KEPT, "closed": KEPT}


async def put(desk: Desk, ticket_id: int, status: str) -> None:
    """Give a new ticket a status."""
    until = {"snoozed_until": 4_000_000_000_000} if status == "snoozed" else {}
    if status != "new":
        await desk.call("ticket.update", "bob", ticket_id=ticket_id, status=status, **until)


@pytest.mark.parametrize("source", AFTER)
async def test_an_unanswered_request_opens_the_ticket_that_it_is_merged_into(desk: Desk, source: str) -> None:
    for number, (target, expected) in enumerate(AFTER[source].items()):
        await desk.call("ticket.create", "carol", title="one", body="b")
        await desk.call("ticket.create", "carol", title="two", body="b")
        into, ticket_id = 2 * number + 1, 2 * number + 2
        await put(desk, into, target)
        await put(desk, ticket_id, source)
        joined = await desk.call("ticket.merge", "bob", ticket_id=ticket_id, into=into)
        assert joined["status"] == expected, target
        if expected == "open":
            assert (joined["snoozed_until"], joined["solved_at"]) == (None, None)
            assert joined == await desk.call("ticket.get", "bob", ticket_id=into)


async def test_what_opened_is_in_the_audit_trail_and_in_the_lists(desk: Desk) -> None:
    await file_two(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    trail = (await desk.call("audit.list", "bob", ticket_id=1))["entries"][0]["detail"]
    assert (trail["status"], trail["status.before"]) == ("open", "waiting")
    listed = (await desk.call("ticket.list", "bob", filter="status:open"))["tickets"]
    assert [ticket["ticket_id"] for ticket in listed] == [1]


@pytest.mark.parametrize("source", ["new", "solved"])
async def test_a_closed_ticket_takes_no_other_one_unless_it_is_reopened(desk: Desk, source: str) -> None:
    await file_two(desk)
    await put(desk, 1, "closed")
    await put(desk, 2, source)
    failure = await refused(desk, "ticket.merge", "bob", ticket_id=2, into=1)
    assert failure.remote_reason == "conflict"
    assert failure.hint is not None
    assert "reopen" in failure.hint
    assert (await desk.call("ticket.get", "bob", ticket_id=2))["merged_into"] is None
    joined = await desk.call("ticket.merge", "bob", ticket_id=2, into=1, reopen=True)
    assert (joined["status"], joined["solved_at"], joined["message_count"]) == ("open", None, 2)
