"""What agents do with tickets: fields, people, snoozing, merging, splitting, the guard and the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import MessageId, MessageKind, Priority, Role, Status, TicketId, UserId
from hero_assistance_server.messages import rules as messages
from hero_assistance_server.messages.model import Message
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.tickets import rules as tickets
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.users.model import User
from tests.server.desk import Desk

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)
BOB = User(UserId("bob"), "Bob", Role.AGENT)
TARGETS = {Priority.URGENT: timedelta(minutes=30), Priority.NORMAL: timedelta(hours=8)}


def filed(**changes: Any) -> Ticket:
    made = tickets.create(
        customer=CAROL,
        ticket_id=TicketId(1),
        title="t",
        body="b",
        priority=Priority.NORMAL,
        tags=["vpn"],
        targets=TARGETS,
        now=NOON,
    ).ticket
    return replace(made, **changes)


def patched(ticket: Ticket, by: User = BOB, now: datetime = NOON, **fields: Any) -> Ticket:
    change = update(ticket=ticket, by=by, patch=Patch(**fields), targets=TARGETS, now=now)
    return ticket if change is None else change.ticket


def test_the_first_answer_is_due_by_priority_until_it_is_given() -> None:
    ticket = filed()
    assert ticket.first_response_due == NOON + timedelta(hours=8)
    urgent = patched(ticket, priority=Priority.URGENT)
    assert urgent.first_response_due == NOON + timedelta(minutes=30)
    assert patched(urgent, priority=Priority.LOW).first_response_due is None
    later = NOON + timedelta(minutes=10)
    answered = messages.reply(ticket=urgent, author=BOB, message_id=MessageId(1), body="b", now=later).ticket
    assert answered.first_response_at == later
    assert patched(answered, priority=Priority.LOW).first_response_due == urgent.first_response_due


def test_the_customers_own_reply_is_no_first_response() -> None:
    replied = messages.reply(ticket=filed(), author=CAROL, message_id=MessageId(1), body="b", now=NOON).ticket
    assert replied.first_response_at is None


@pytest.mark.parametrize("write", [messages.reply, messages.note])
def test_a_clock_that_goes_back_does_not_put_a_message_before_others(write: Callable[..., Any]) -> None:
    early, late = NOON - timedelta(hours=1), NOON + timedelta(hours=1)
    for now, follows, expected in ((late, None, late), (late, NOON, late), (early, late, late), (early, None, NOON)):
        change = write(ticket=filed(), author=BOB, message_id=MessageId(1), body="b", now=now, follows=follows)
        assert change.message.created_at == expected
        assert change.ticket.first_response_at in (None, expected)
        assert change.ticket.updated_at == now


def test_a_reply_to_a_snoozed_ticket_ends_the_snooze() -> None:
    until = NOON + timedelta(days=1)
    asleep = patched(filed(), status=Status.SNOOZED, snoozed_until=until)
    assert (asleep.status, asleep.snoozed_until) == (Status.SNOOZED, until)
    awake = messages.reply(ticket=asleep, author=CAROL, message_id=MessageId(1), body="b", now=NOON).ticket
    assert (awake.status, awake.snoozed_until) == (Status.OPEN, None)


def test_a_snooze_ends_at_its_time_and_not_before() -> None:
    until = NOON + timedelta(hours=1)
    asleep = patched(filed(), status=Status.SNOOZED, snoozed_until=until)
    assert tickets.wake(ticket=asleep, now=until - timedelta(milliseconds=1)) is None
    woken = tickets.wake(ticket=asleep, now=until)
    assert woken is not None
    assert (woken.ticket.status, woken.ticket.snoozed_until) == (Status.OPEN, None)
    assert tickets.wake(ticket=woken.ticket, now=until) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.SNOOZED},
        {"snoozed_until": NOON + timedelta(days=1)},
        {"status": Status.OPEN, "snoozed_until": NOON + timedelta(days=1)},
        {"status": Status.SNOOZED, "snoozed_until": NOON},
        {"assignee": CAROL},
        {"assignee": replace(BOB, active=False)},
    ],
)
def test_what_does_not_go_together_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        patched(filed(), **fields)


@pytest.mark.parametrize(
    "fields", [{"title": "x"}, {"priority": Priority.LOW}, {"assignee": None}, {"add_tags": ("x",)}]
)
def test_a_customer_sets_the_status_and_nothing_else(fields: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        patched(filed(), by=CAROL, **fields)
    assert patched(filed(), by=CAROL, status=Status.SOLVED).solved_at == NOON


def test_reopening_forgets_when_it_was_solved() -> None:
    solved = patched(filed(), status=Status.SOLVED)
    assert patched(solved, status=Status.CLOSED, now=NOON + timedelta(1)).solved_at == NOON
    assert patched(solved, status=Status.OPEN).solved_at is None


def test_tags_are_added_and_taken_off_and_stay_in_order() -> None:
    assert patched(filed(), add_tags=("a", "vpn")).tags == ("vpn", "a")
    assert patched(filed(), tags=("x", "y"), remove_tags=("x",)).tags == ("y",)


def test_a_message_is_corrected_within_its_window_by_its_author() -> None:
    written = Message(MessageId(1), TicketId(1), MessageKind.REPLY, BOB.user_id, "Bob", "old", NOON)
    late = NOON + messages.EDIT_WINDOW

    def edit(by: User, now: datetime) -> Any:
        return messages.edit(ticket=filed(), message=written, by=by, body="new", now=now)

    assert edit(BOB, late).message.body == "new"
    assert edit(BOB, late).detail == {"old": "old"}
    with pytest.raises(Conflict):
        edit(BOB, late + timedelta(milliseconds=1))
    with pytest.raises(Forbidden):
        edit(CAROL, NOON)


def test_a_ticket_is_listed_for_whom_and_what_it_concerns() -> None:
    ticket = filed(assignee=BOB.user_id)
    assert {place.user_id for place in places(ticket)} == {"carol"}
    assert scopes(ticket) == {
        "all",
        "awaiting",
        "assignee:bob",
        "participant:bob",
        "customer:carol",
        "priority:normal",
        "tag:vpn",
    }


@pytest.fixture
async def thread(desk: Desk) -> Desk:
    """Carol's ticket 1 with Bob's reply and Alice's note."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.reply", "bob", ticket_id=1, body="first")
    await desk.call("message.note", "alice", ticket_id=1, body="secret")
    return desk


@pytest.mark.anyio
async def test_a_reply_sets_the_status_that_goes_with_it_once(thread: Desk) -> None:
    sent = {"ticket_id": 1, "body": "It works again.", "status": "solved", "client_token": "t"}
    await thread.call("message.reply", "bob", **sent)
    assert (await thread.call("ticket.get", "bob", ticket_id=1))["status"] == "solved"
    await thread.call("message.reply", "carol", ticket_id=1, body="No.")
    await thread.call("message.reply", "bob", **sent)
    assert (await thread.call("ticket.get", "bob", ticket_id=1))["status"] == "open"
    await thread.call("message.reply", "carol", ticket_id=1, body="Now it does.", status="solved")
    assert (await thread.call("ticket.get", "bob", ticket_id=1))["status"] == "solved"


@pytest.mark.anyio
async def test_a_reply_whose_status_is_refused_is_not_written(thread: Desk) -> None:
    for user, status in (("bob", "new"), ("bob", "snoozed"), ("carol", "closed")):
        with pytest.raises(RpcFailure) as refused:
            await thread.call("message.reply", user, ticket_id=1, body="b", status=status)
        assert refused.value.remote_reason == "conflict", (user, status)
    assert len((await thread.call("message.list", "bob", ticket_id=1))["messages"]) == 2


@pytest.mark.anyio
async def test_a_reply_is_refused_when_others_have_written_since(thread: Desk) -> None:
    with pytest.raises(RpcFailure) as refused:
        await thread.call("message.reply", "bob", ticket_id=1, body="b", last_seen_message_id=1)
    assert refused.value.remote_reason == "thread-moved"
    assert [message["body"] for message in refused.value.data["messages"]] == ["secret"]
    await thread.call("message.reply", "bob", ticket_id=1, body="b", last_seen_message_id=1, force=True)
    await thread.call("message.reply", "bob", ticket_id=1, body="own words do not count", last_seen_message_id=2)


@pytest.mark.anyio
async def test_the_guard_says_nothing_of_notes_to_a_customer(thread: Desk) -> None:
    await thread.call("message.reply", "carol", ticket_id=1, body="b", last_seen_message_id=1)


@pytest.mark.anyio
async def test_a_retried_reply_is_the_one_that_was_made_and_not_refused(thread: Desk) -> None:
    sent = {"ticket_id": 1, "body": "b", "last_seen_message_id": 2, "client_token": "x"}
    made = await thread.call("message.reply", "bob", **sent)
    await thread.call("message.reply", "carol", ticket_id=1, body="since")
    assert await thread.call("message.reply", "bob", **sent) == made


@pytest.mark.anyio
@pytest.mark.parametrize("caller", ["carol", "dave"])
async def test_what_a_customer_cannot_see_cannot_be_edited_nor_found(thread: Desk, caller: str) -> None:
    with pytest.raises(RpcFailure) as hidden:
        await thread.call("message.edit", caller, message_id=2, body="b")
    with pytest.raises(RpcFailure) as absent:
        await thread.call("message.edit", caller, message_id=99, body="b")
    assert hidden.value.remote_reason == absent.value.remote_reason == "not-found"


@pytest.mark.anyio
async def test_a_collaborator_reads_and_writes_and_is_gone_again(thread: Desk) -> None:
    await thread.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    assert [t["ticket_id"] for t in (await thread.call("ticket.list", "dave"))["tickets"]] == [1]
    await thread.call("message.reply", "dave", ticket_id=1, body="me too")
    assert (await thread.call("ticket.get", "carol", ticket_id=1))["status"] == "open"
    await thread.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
    assert (await thread.call("ticket.list", "dave"))["tickets"] == []
    with pytest.raises(RpcFailure):
        await thread.call("ticket.get", "dave", ticket_id=1)


@pytest.mark.anyio
async def test_a_merge_keeps_every_message_and_says_where_it_went(thread: Desk) -> None:
    await thread.call("ticket.create", "carol", title="again", body="same")
    await thread.call("message.note", "bob", ticket_id=2, body="a duplicate")
    merged = await thread.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert merged["message_count"] == 4
    listed = (await thread.call("message.list", "bob", ticket_id=1))["messages"]
    assert [message["body"] for message in listed] == ["first", "secret", "**again**\n\nsame", "a duplicate"]
    source = await thread.call("ticket.get", "carol", ticket_id=2)
    assert (source["status"], source["merged_into"], source["message_count"]) == ("closed", 1, 0)
    assert (await thread.call("message.list", "bob", ticket_id=2))["messages"] == []
    trail = (await thread.call("audit.list", "bob", ticket_id=2))["entries"]
    assert trail[0]["detail"] == {"from": "2", "into": "1", "messages": "3"}


@pytest.mark.anyio
async def test_tickets_of_other_people_are_not_merged(thread: Desk) -> None:
    await thread.call("ticket.create", "dave", title="private", body="b")
    for source, target in ((1, 2), (2, 1), (1, 1)):
        with pytest.raises(RpcFailure) as refused:
            await thread.call("ticket.merge", "bob", ticket_id=source, into=target)
        assert refused.value.remote_reason == "conflict"


@pytest.mark.anyio
async def test_a_split_takes_messages_along_and_the_counts_are_right(thread: Desk) -> None:
    part = await thread.call("ticket.split", "bob", ticket_id=1, message_ids=[2], title="apart")
    assert (part["split_from"], part["customer"], part["message_count"], part["last_message_id"]) == (1, "carol", 1, 2)
    assert (await thread.call("ticket.get", "bob", ticket_id=1))["message_count"] == 1
    # The note went along and stays a note.
    assert (await thread.call("message.list", "carol", ticket_id=2))["messages"] == []
    with pytest.raises(RpcFailure):
        await thread.call("ticket.split", "bob", ticket_id=1, message_ids=[2], title="not here any more")


@pytest.mark.anyio
async def test_the_trail_says_who_did_what_from_where(thread: Desk) -> None:
    await thread.call("ticket.update", "bob", ticket_id=1, priority="urgent")
    await thread.call("message.edit", "bob", message_id=1, body="second")
    entries = (await thread.call("audit.list", "alice"))["entries"]
    assert [(e["actor"], e["action"], e["origin"]) for e in entries] == [
        ("bob", "message.edited", "unix"),
        ("bob", "ticket.updated", "unix"),
        ("alice", "message.noted", "unix"),
        ("bob", "message.replied", "unix"),
        ("carol", "ticket.created", "unix"),
    ]
    assert entries[0]["detail"] == {"old": "first"}
    assert entries[1]["detail"] == {"priority": "urgent", "priority.before": "normal"}
    page = await thread.call("audit.list", "alice", actor="bob", limit=2)
    assert page["next_before"] is not None
    rest = await thread.call("audit.list", "alice", actor="bob", limit=2, before=page["next_before"])
    assert [e["action"] for e in rest["entries"]] == ["message.replied"]
    assert rest["next_before"] is None
