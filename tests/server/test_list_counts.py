"""The numbers of the views: agents are told them as they change, and customers are not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.server.desk import STOP_S, Desk
from tests.server.test_events import stream

pytestmark = pytest.mark.anyio


async def told(events: AsyncIterator[Any]) -> dict[str, int]:
    """The next counts of a stream."""
    async with asyncio.timeout(STOP_S):
        while True:
            event = await anext(events)
            if event.event == "counts":
                counts: dict[str, int] = json.loads(event.data)["counts"]
                return counts


async def test_agents_are_told_their_numbers_as_they_change(desk: Desk) -> None:
    async with stream(desk, "bob") as bobs, stream(desk, "alice") as alices:
        assert set((await told(bobs)).values()) == {0}
        assert (await told(alices))["mine"] == 0
        await desk.call("ticket.create", "carol", title="t", body="b")
        assert (await told(bobs))["unassigned"] == (await told(alices))["unassigned"] == 1
        # What moves no number is not told: the next that comes is of the change after it.
        await desk.call("ticket.update", "alice", ticket_id=1, title="x")
        await desk.call("ticket.update", "alice", ticket_id=1, assignee="bob")
        mine = await told(bobs)
        assert (mine["mine"], mine["unassigned"], mine["participating"]) == (1, 0, 1)
        assert (await told(alices))["mine"] == 0
    listed = (await desk.call("view.list", "bob"))["views"]
    assert {view["name"]: view["count"] for view in listed} == mine


async def test_a_customer_is_told_no_numbers(desk: Desk) -> None:
    async with stream(desk, "carol") as carols, stream(desk, "bob") as bobs:
        await told(bobs)
        await desk.call("ticket.create", "carol", title="t", body="b")
        await told(bobs)
        await desk.call("message.reply", "bob", ticket_id=1, body="b")
        async with asyncio.timeout(STOP_S):
            # The first lines of a stream say only where it begins and what it is called.
            kinds = [(await anext(carols)).event for _ in range(4)]
        assert kinds[1:] == ["connected", "ticket.created", "message.replied"]
