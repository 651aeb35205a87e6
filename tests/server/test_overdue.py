"""Targets that count open hours, and the tickets whose first answer is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
async def promised(desk: Desk) -> Desk:
    """Tickets 1 to 5 with a target: overdue, in time, answered too late, solved without an answer, and without one."""
    await desk.call("project.update", "alice", first_response_minutes={"normal": 60})
    for _ in range(4):
        await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("ticket.create", "carol", title="t", body="b", priority="low")
    desk.execute("UPDATE tickets SET first_response_due = 1 WHERE ticket_id IN (1, 3, 4)")
    await desk.call("message.reply", "bob", ticket_id=3, body="late")
    await desk.call("ticket.update", "bob", ticket_id=4, status="solved")
    return desk


async def listed(desk: Desk, text: str, **more: Any) -> list[int]:
    """What a list by activity, one by id and the search find alike."""
    by_activity = (await desk.call("ticket.list", "bob", filter=text, **more))["tickets"]
    by_id = (await desk.call("ticket.list", "bob", filter=text, order="id", **more))["tickets"]
    found = sorted(one["ticket_id"] for one in by_activity)
    assert [one["ticket_id"] for one in by_id] == found
    if not more:
        sought = (await desk.call("search.tickets", "bob", query=text))["found"]
        assert sorted(one["ticket"]["ticket_id"] for one in sought) == found
    return found


async def test_what_is_overdue(promised: Desk) -> None:
    assert await listed(promised, "is:overdue") == [1]
    assert await listed(promised, "-is:overdue") == [2, 3, 4, 5]
    assert await listed(promised, "is:overdue -is:overdue") == []
    assert await listed(promised, "is:overdue priority:low") == []
    assert await listed(promised, "is:overdue", view="open") == [1]
    assert await listed(promised, "is:overdue", view="closed") == []


async def test_an_answer_ends_it(promised: Desk) -> None:
    await promised.call("message.note", "bob", ticket_id=1, body="n")
    assert await listed(promised, "is:overdue") == [1]
    await promised.call("message.reply", "bob", ticket_id=1, body="sorry")
    assert await listed(promised, "is:overdue") == []


async def test_a_saved_view_counts_it(promised: Desk) -> None:
    await promised.call("view.save", "bob", name="late", filter="is:overdue")
    (saved,) = (await promised.call("view.list", "bob"))["saved"]
    assert (saved["count"], saved["or_more"]) == (1, False)


async def test_it_becomes_overdue_without_a_change(desk: Desk) -> None:
    """A list that is kept for the next caller would not know."""
    await desk.call("project.update", "alice", first_response_minutes={"normal": 1})
    await desk.call("ticket.create", "carol", title="t", body="b")
    soon = int((datetime.now(UTC) + timedelta(seconds=1.5)).timestamp() * 1000)
    desk.execute("UPDATE tickets SET first_response_due = ?", soon)
    late: list[object] = []
    while not late:
        # Asked one after the other, two lists may find it before and behind its time.
        late = (await desk.call("ticket.list", "bob", filter="is:overdue"))["tickets"]
    assert await listed(desk, "is:overdue") == [1]
    assert int(datetime.now(UTC).timestamp() * 1000) >= soon


@pytest.mark.parametrize("text", ["is:overdue", "-is:overdue"])
async def test_a_customer_is_not_told_of_targets(promised: Desk, text: str) -> None:
    for method, name in (("ticket.list", "filter"), ("search.tickets", "query")):
        with pytest.raises(RpcFailure, match="targets are of the team"):
            await promised.call(method, "carol", **{name: text})
    assert (await promised.call("project.get", "carol"))["open_hours"] is None


async def test_a_target_counts_open_hours_alone(desk: Desk) -> None:
    """Closed but for a minute each day, an hour takes sixty days."""
    await desk.call(
        "project.update",
        "alice",
        first_response_minutes={"normal": 60},
        open_hours={day: ["12:00-12:01"] for day in DAYS},
        time_zone="Asia/Tokyo",
    )
    filed = await desk.call("ticket.create", "bob", title="t", body="b")
    waits = filed["first_response_due"] - filed["created_at"]
    assert timedelta(days=58) < timedelta(milliseconds=waits) < timedelta(days=61)
    await desk.call("project.update", "alice", open_hours={})
    filed = await desk.call("ticket.create", "bob", title="t", body="b")
    assert filed["first_response_due"] - filed["created_at"] == 3_600_000


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"open_hours": {"mon": ["09:00-08:00"]}}, "does not end behind its start"),
        ({"open_hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "the hours of mon overlap"),
        ({"open_hours": {"mon": ["9-17"]}}, "pattern"),
        ({"open_hours": {"monday": []}}, "mon"),
        ({"holidays": ["2026-02-30"]}, "it is no day"),
        ({"time_zone": "Europe/Berlim"}, "did you mean Europe/Berlin"),
    ],
)
async def test_hours_that_are_none_are_refused(desk: Desk, params: dict[str, Any], fault: str) -> None:
    with pytest.raises(RpcFailure) as caught:
        await desk.call("project.update", "alice", **params)
    assert fault in repr(vars(caught.value))
