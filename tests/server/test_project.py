"""What an admin sets for the whole project."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.quotas.rules import MIB
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


async def test_what_is_set_stays_and_the_rest_is_as_by_default(desk: Desk) -> None:
    before = await desk.call("project.get", "bob")
    await desk.call("project.update", "alice", name="Help", attachment_bytes=5 * MIB)
    await desk.call("project.update", "alice", attachments_per_message=0)
    expected = before | {"name": "Help", "attachment_bytes": 5 * MIB, "attachments_per_message": 0}
    assert await desk.call("project.get", "bob") == expected


async def test_targets_count_for_tickets_from_then_on(desk: Desk) -> None:
    targets = {"urgent": 30, "normal": 480}
    await desk.call("project.update", "alice", first_response_minutes=targets)
    ticket = await desk.call("ticket.create", "bob", title="t", body="b")
    assert ticket["first_response_due"] - ticket["created_at"] == 480 * 60_000
    await desk.call("project.update", "alice", first_response_minutes={})
    assert (await desk.call("ticket.create", "bob", title="t", body="b"))["first_response_due"] is None
    assert (await desk.call("ticket.get", "bob", ticket_id=1))["first_response_due"] is not None


async def test_a_customer_learns_nothing_of_targets(desk: Desk) -> None:
    await desk.call("project.update", "alice", first_response_minutes={"urgent": 30}, name="Help")
    seen = await desk.call("project.get", "carol")
    assert (seen["name"], seen["first_response_minutes"], seen["event_retention_days"]) == ("Help", {}, None)
    told = [event.record for event in await desk.heard("carol", 0)]
    assert [record and record.model_dump(mode="json") for record in told] == [seen]


@pytest.mark.parametrize(
    "params",
    [
        {"name": " "},
        {"name": "x" * 101},
        {"first_response_minutes": {"soon": 5}},
        {"first_response_minutes": {"low": 0}},
        {"first_response_minutes": {"low": 10**9}},
        {"attachment_bytes": 0},
        {"attachment_bytes": 2**40},
        {"attachments_per_message": -1},
        {"attachments_per_message": 101},
        {"event_retention_days": 0},
        {"event_retention_days": 3651},
    ],
    ids=repr,
)
async def test_settings_are_bounded(desk: Desk, params: dict[str, Any]) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("project.update", "alice", **params)
    assert refused.value.remote_reason == "invalid-params"


async def test_the_trail_says_what_was_set_and_what_it_was(desk: Desk) -> None:
    await desk.call("project.update", "alice", first_response_minutes={"urgent": 30}, event_retention_days=7)
    entry = (await desk.call("audit.list", "alice", action="project.updated"))["entries"][0]
    assert entry["detail"] == {
        "first_response_minutes": "urgent 30",
        "first_response_minutes.before": "",
        "event_retention_days": "7",
        "event_retention_days.before": "30",
    }
