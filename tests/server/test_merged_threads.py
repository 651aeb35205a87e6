"""The thread of a ticket that others were merged into: times, order and what is unread are as if it had been one."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

READERS = ("alice", "bob", "carol", "dave")


async def thread_of(desk: Desk, ticket_id: int, user: str = "bob") -> list[dict[str, Any]]:
    """The messages of a ticket, in the order in which they are listed."""
    return list((await desk.call("message.list", user, ticket_id=ticket_id))["messages"])


async def unread(desk: Desk, user: str, ticket_id: int) -> int:
    """How much of a ticket is unread to a user."""
    return int((await desk.call("read.list", user, ticket_ids=[ticket_id]))["unread_messages"])


async def opened(desk: Desk, user: str, ticket_id: int) -> bool:
    """Whether a user has opened a ticket."""
    (read,) = (await desk.call("read.list", user, ticket_ids=[ticket_id]))["reads"]
    return bool(read["opened"])


async def wait_a_millisecond(desk: Desk) -> None:
    """Let the clock of the server go on, so that no two messages have one time."""
    before = (await desk.call("draft.save", "alice", ticket_id=None, body="x"))["updated_at"]
    while (await desk.call("draft.save", "alice", ticket_id=None, body="x"))["updated_at"] == before:
        pass


async def write_in_turns(desk: Desk) -> None:
    """Write on Carol's tickets 1 and 2 in turns; texts say the order."""
    for method, user, params in (
        ("ticket.create", "carol", {"title": "one", "body": "0"}),
        ("message.reply", "bob", {"ticket_id": 1, "body": "1"}),
        ("ticket.create", "carol", {"title": "two", "body": "2"}),
        ("message.reply", "carol", {"ticket_id": 1, "body": "3"}),
        ("message.note", "bob", {"ticket_id": 2, "body": "4"}),
        ("message.reply", "alice", {"ticket_id": 2, "body": "5"}),
        ("message.note", "alice", {"ticket_id": 1, "body": "6"}),
    ):
        await wait_a_millisecond(desk)
        await desk.call(method, user, **params)


@pytest.mark.parametrize(("source", "target", "order"), [(2, 1, "123456"), (1, 2, "013456")])
async def test_a_merged_thread_has_the_times_and_the_order_in_which_it_was_written(
    desk: Desk, source: int, target: int, order: str
) -> None:
    await write_in_turns(desk)
    filed_at = (await desk.call("ticket.get", "bob", ticket_id=source))["created_at"]
    times = {one["message_id"]: one["created_at"] for number in (1, 2) for one in await thread_of(desk, number)}
    merged = await desk.call("ticket.merge", "bob", ticket_id=source, into=target)
    thread = await thread_of(desk, target)
    assert "".join(message["body"][-1] for message in thread) == order
    assert [message["created_at"] for message in thread] == sorted(message["created_at"] for message in thread)
    (opening,) = [message for message in thread if message["message_id"] not in times]
    assert (opening["created_at"], opening["author"], opening["kind"]) == (filed_at, "carol", "reply")
    assert {m["message_id"]: m["created_at"] for m in thread if m is not opening} == times
    assert merged["last_message_id"] == thread[-1]["message_id"]
    public = await thread_of(desk, target, "carol")
    assert public == [message for message in thread if message["kind"] == "reply"]
    seen_by_carol = await desk.call("ticket.get", "carol", ticket_id=target)
    assert seen_by_carol["last_message_id"] == public[-1]["message_id"]
    assert merged["message_count"] == len(thread)


async def test_what_is_written_after_a_merge_is_last(desk: Desk) -> None:
    await write_in_turns(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    for method, user in (("message.reply", "carol"), ("message.note", "bob")):
        written = await desk.call(method, user, ticket_id=1, body="b")
        assert (await thread_of(desk, 1))[-1] == written
        assert (await desk.call("ticket.get", "bob", ticket_id=1))["last_message_id"] == written["message_id"]


async def test_a_chain_of_merges_is_one_thread(desk: Desk) -> None:
    await write_in_turns(desk)
    await wait_a_millisecond(desk)
    await desk.call("ticket.create", "carol", title="three", body="7")
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    await desk.call("ticket.merge", "bob", ticket_id=1, into=3)
    assert "".join(message["body"][-1] for message in await thread_of(desk, 3)) == "0123456"
    assert "".join(message["body"][-1] for message in await thread_of(desk, 3, "carol")) == "01235"


async def test_the_guard_knows_the_order(desk: Desk) -> None:
    """Who has seen the last message has seen all, whatever its number is."""
    await write_in_turns(desk)
    merged = await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    last = merged["last_message_id"]
    await desk.call("message.reply", "bob", ticket_id=1, body="b", last_seen_message_id=last)
    with pytest.raises(RpcFailure) as refused:
        await desk.call("message.reply", "bob", ticket_id=1, body="b", last_seen_message_id=1)
    assert "".join(message["body"][-1] for message in refused.value.data["messages"]) == "2356"


async def test_what_was_unread_on_either_ticket_is_unread_on_the_merged_one(desk: Desk) -> None:
    await write_in_turns(desk)
    await desk.call("read.mark", "alice", ticket_id=1, message_id=99)
    await desk.call("read.mark", "carol", ticket_id=1, message_id=99)
    # Bob has written on both; Alice's reply and note are new to him, and Carol's reply.
    before = {user: await unread(desk, user, 1) + await unread(desk, user, 2) for user in READERS[:3]}
    assert before == {"alice": 1, "bob": 3, "carol": 1}
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert {user: await unread(desk, user, 1) for user in before} == before
    assert {user: await unread(desk, user, 2) for user in before} == dict.fromkeys(before, 0)
    await desk.call("read.mark", "alice", ticket_id=1, message_id=99)
    assert await unread(desk, "alice", 1) == 0
    assert await unread(desk, "bob", 1) == before["bob"]


async def test_a_ticket_that_was_never_opened_counts_with_its_own_text(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="one", body="b")
    assert [await opened(desk, user, 1) for user in READERS[:3]] == [False, False, True]
    assert [await unread(desk, user, 1) for user in READERS[:3]] == [1, 1, 0]
    seq = (await desk.call("read.list", "bob"))["seq"]
    read = await desk.call("read.mark", "bob", ticket_id=1, message_id=0)
    assert read == {"ticket_id": 1, "message_id": 0, "unread": 0, "opened": True}
    (heard,) = await desk.heard("bob", seq)
    assert heard.record is not None
    assert heard.record.model_dump() == {"noun": "read", "ticket_id": 1, "message_id": 0}
    await desk.call("message.note", "alice", ticket_id=1, body="b")
    assert (await opened(desk, "alice", 1), await unread(desk, "alice", 1), await unread(desk, "bob", 1)) == (
        True,
        0,
        1,
    )


@pytest.mark.parametrize("user", ["alice", "bob"])
async def test_the_text_of_a_merged_ticket_is_unread_to_who_never_opened_it(desk: Desk, user: str) -> None:
    await desk.call("ticket.create", "carol", title="one", body="b")
    await desk.call("ticket.create", "carol", title="two", body="b")
    await desk.call("message.reply", "carol", ticket_id=1, body="last")
    await desk.call("read.mark", user, ticket_id=1, message_id=99)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    assert await unread(desk, user, 1) == 1
    (opening, last) = [message["message_id"] for message in await thread_of(desk, 1)]
    assert (await desk.call("read.mark", user, ticket_id=1, message_id=opening))["unread"] == 0
    assert (await desk.call("read.mark", user, ticket_id=1, message_id=last))["message_id"] == last


async def test_marking_a_merged_ticket_changes_nothing(desk: Desk) -> None:
    await write_in_turns(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    before = await unread(desk, "alice", 1)
    for back in (False, True):
        await desk.call("read.mark", "alice", ticket_id=2, message_id=99, back=back)
        await desk.call("read.mark", "alice", ticket_id=2, message_id=0, back=back)
    assert await unread(desk, "alice", 1) == before


async def test_going_back_is_to_a_place_in_the_thread(desk: Desk) -> None:
    await write_in_turns(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    thread = await thread_of(desk, 1)
    for index, message in reversed(list(enumerate(thread))):
        read = await desk.call("read.mark", "alice", ticket_id=1, message_id=message["message_id"], back=True)
        expected = sum(later["author"] != "alice" for later in thread[index + 1 :] if "two" not in later["body"])
        assert (read["message_id"], read["unread"]) == (message["message_id"], expected), message["body"]


async def test_a_part_that_is_split_off_is_as_unread_as_it_was(desk: Desk) -> None:
    await write_in_turns(desk)
    await desk.call("ticket.merge", "bob", ticket_id=2, into=1)
    await desk.call("read.mark", "carol", ticket_id=1, message_id=99)
    await desk.call("message.reply", "bob", ticket_id=1, body="7")
    before = {user: await unread(desk, user, 1) for user in ("bob", "carol")}
    moved = [message["message_id"] for message in await thread_of(desk, 1)][-2:]
    part = (await desk.call("ticket.split", "bob", ticket_id=1, message_ids=moved, title="apart"))["ticket_id"]
    after = {user: await unread(desk, user, 1) + await unread(desk, user, part) for user in before}
    assert after == before == {"bob": 3, "carol": 1}
    await desk.call("read.mark", "carol", ticket_id=part, message_id=99)
    assert await unread(desk, "carol", part) == 0


_CALLS: list[tuple[str, Callable[[random.Random], dict[str, Any]]]] = [
    ("message.reply", lambda _: {"body": "r"}),
    ("message.note", lambda _: {"body": "n"}),
    ("read.mark", lambda choice: {"message_id": choice.randint(0, 20), "back": choice.random() < 0.2}),
]


@pytest.mark.parametrize("seed", range(4))
async def test_no_merge_changes_what_is_unread_to_anybody(desk: Desk, seed: int) -> None:
    choice = random.Random(seed)  # noqa: S311
    for number in range(1, 5):
        await desk.call("ticket.create", choice.choice(["carol", "dave"]), title=f"t{number}", body="b")
        for user in ("carol", "dave"):
            await desk.call("ticket.invite", "bob", ticket_id=number, user_id=user)
    tickets = [1, 2, 3, 4]
    while len(tickets) > 1:
        for _ in range(12):
            method, make = choice.choice(_CALLS)
            # A customer writes no notes.
            with contextlib.suppress(RpcFailure):
                await desk.call(method, choice.choice(READERS), ticket_id=choice.choice(tickets), **make(choice))
        source, target = choice.sample(tickets, 2)
        before = {user: await unread(desk, user, source) + await unread(desk, user, target) for user in READERS}
        await desk.call("ticket.merge", "bob", ticket_id=source, into=target)
        assert {user: await unread(desk, user, target) for user in READERS} == before
        thread = await thread_of(desk, target)
        assert thread == sorted(thread, key=lambda message: (message["created_at"], message["message_id"]))
        tickets.remove(source)
        for user in READERS:
            assert (await desk.call("read.list", user, ticket_ids=[source]))["unread_messages"] == 0
