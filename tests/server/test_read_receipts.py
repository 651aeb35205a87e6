"""Read marks: forward by themselves, back on demand, one person's own; and what is unread behind them."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.storage.sql.tickets import read_receipts
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def thread(desk: Desk) -> Desk:
    """Carol's ticket 1: her reply 1, Bob's 2, Alice's note 3, and Bob's reply 4."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.reply", "carol", ticket_id=1, body="1")
    await desk.call("message.reply", "bob", ticket_id=1, body="2")
    await desk.call("message.note", "alice", ticket_id=1, body="3")
    await desk.call("message.reply", "bob", ticket_id=1, body="4")
    return desk


async def mark(desk: Desk, user: str, message_id: int, **more: Any) -> tuple[int, int]:
    """Mark, and tell how it stands."""
    read = await desk.call("read.mark", user, ticket_id=1, message_id=message_id, **more)
    return read["message_id"], read["unread"]


async def unread(desk: Desk, user: str, ticket_ids: list[int] | None = None) -> dict[int, int]:
    """What is unread, by ticket."""
    answer = await desk.call("read.list", user, ticket_ids=ticket_ids)
    found = {read["ticket_id"]: read["unread"] for read in answer["reads"]}
    assert answer["unread_messages"] == sum(found.values())
    assert answer["unread_tickets"] == sum(count > 0 for count in found.values())
    return found


async def test_ones_own_words_are_read_and_a_customer_counts_no_notes(thread: Desk) -> None:
    assert await unread(thread, "carol") == {1: 2}
    assert await unread(thread, "bob") == {1: 2}
    assert await unread(thread, "alice") == {1: 3}


async def test_a_mark_moves_forward_and_back_only_on_demand(thread: Desk) -> None:
    assert await mark(thread, "carol", 2) == (2, 1)
    assert await mark(thread, "carol", 4) == (4, 0)
    assert await mark(thread, "carol", 2) == (4, 0)
    assert await mark(thread, "carol", 2, back=True) == (2, 1)
    assert await mark(thread, "carol", 0, back=True) == (0, 2)


async def test_nobody_reads_ahead(thread: Desk) -> None:
    """What is written later is unread, whatever was said before."""
    assert await mark(thread, "carol", 10**9) == (4, 0)
    await thread.call("message.note", "alice", ticket_id=1, body="5")
    assert await mark(thread, "carol", 10**9) == (4, 0)
    assert await mark(thread, "bob", 10**9) == (5, 0)
    await thread.call("message.reply", "bob", ticket_id=1, body="6")
    assert await unread(thread, "carol") == {1: 1}


async def test_what_concerns_somebody(thread: Desk) -> None:
    """An agent by themselves hears of what they take part in, and of any ticket that they ask for.

    A ticket that somebody has never opened counts with its own text.
    """
    await thread.call("ticket.create", "dave", title="t", body="b")
    await thread.call("message.reply", "dave", ticket_id=2, body="5")
    assert await unread(thread, "bob") == {1: 2}
    assert await unread(thread, "bob", [2, 1, 99]) == {2: 2, 1: 2}
    assert await unread(thread, "carol", [1, 2, 99]) == {1: 2}
    assert await unread(thread, "dave") == {}
    await thread.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    assert await unread(thread, "dave") == {1: 4}
    await thread.call("ticket.uninvite", "bob", ticket_id=1, user_id="dave")
    assert await unread(thread, "dave", [1]) == {}
    with pytest.raises(RpcFailure) as refused:
        await mark(thread, "dave", 1)
    assert refused.value.remote_reason == "not-found"


async def test_agents_see_which_agents_have_read(thread: Desk) -> None:
    await mark(thread, "carol", 4)
    await mark(thread, "bob", 2)
    await mark(thread, "alice", 3)
    readers = (await thread.call("read.of_ticket", "bob", ticket_id=1))["readers"]
    assert {reader["user_id"]: reader["message_id"] for reader in readers} == {"bob": 2, "alice": 3}


async def test_other_screens_are_told_and_nobody_else(thread: Desk) -> None:
    seq = (await thread.call("read.list", "carol"))["seq"]
    await mark(thread, "carol", 2)
    await mark(thread, "carol", 1)
    (told,) = await thread.heard("carol", seq)
    assert told.record is not None
    assert told.record.model_dump() == {"noun": "read", "ticket_id": 1, "message_id": 2}
    for user in ("alice", "bob", "dave"):
        assert [event.record for event in await thread.heard(user, seq) if event.record] == []


async def test_reading_leaves_no_trace_in_the_audit_trail(thread: Desk) -> None:
    await mark(thread, "carol", 4)
    actions = [entry["action"] for entry in (await thread.call("audit.list", "alice"))["entries"]]
    assert actions[0] == "message.replied"


async def test_a_long_thread_is_counted_up_to_its_cap(thread: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_receipts, "UNREAD_CAP", 2)
    assert await unread(thread, "alice") == {1: 2}


async def test_only_the_last_tickets_of_somebody_with_many_are_looked_at(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 5):
        await desk.call("ticket.create", "carol", title="t", body="b")
        await desk.call("message.reply", "bob", ticket_id=number, body="b")
        await desk.call("message.reply", "carol", ticket_id=number, body="b")
    monkeypatch.setattr(read_receipts, "TICKETS_LIMIT", 3)
    assert list(await unread(desk, "carol")) == list(await unread(desk, "bob")) == [4, 3, 2]


async def _told_alike(desk: Desk) -> None:
    """A list and a search say of each ticket what `read.list` counts."""
    for user in ("alice", "bob", "carol", "dave"):
        for method, name in (("ticket.list", "tickets"), ("search.tickets", "found")):
            answer = await desk.call(method, user, **({"query": "is:active"} if name == "found" else {"unread": True}))
            rows = [row.get("ticket", row) for row in answer[name]]
            told = {row["ticket_id"]: row["unread"] for row in rows}
            assert told == await unread(desk, user, [*told]), (user, method)


async def test_a_list_tells_what_is_unread_of_each_ticket(thread: Desk) -> None:
    await _told_alike(thread)
    await mark(thread, "bob", 4)
    await mark(thread, "carol", 2)
    await mark(thread, "alice", 0)
    await _told_alike(thread)
    await thread.call("ticket.create", "carol", title="t", body="b")
    await thread.call("ticket.create", "dave", title="t", body="b")
    await _told_alike(thread)
    await thread.call("message.note", "alice", ticket_id=1, body="5")
    await _told_alike(thread)
    await mark(thread, "bob", 5)
    await thread.call("ticket.merge", "alice", ticket_id=2, into=1)
    await _told_alike(thread)
    await thread.call("ticket.split", "alice", ticket_id=1, message_ids=[2, 5], title="part")
    await _told_alike(thread)
    await mark(thread, "bob", 1, back=True)
    await _told_alike(thread)


async def test_a_list_counts_a_hundred_unread_at_most(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    for _ in range(read_receipts.UNREAD_CAP + 1):
        await desk.call("message.reply", "carol", ticket_id=1, body="?")
    listed = await desk.call("ticket.list", "bob", unread=True)
    assert listed["tickets"][0]["unread"] == read_receipts.UNREAD_CAP
