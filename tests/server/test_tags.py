"""Tags: how many tickets have them, and what becomes of all of those when one is called something else."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.tags import rpc as tags
from tests.server.desk import Desk
from tests.server.test_lists import derived, every_ticket, kept, walk
from tests.server.test_search import ids

pytestmark = pytest.mark.anyio


async def listed(desk: Desk, **page: Any) -> dict[str, tuple[int, int]]:
    found = (await desk.call("tag.list", "bob", **page))["tags"]
    return {one["tag"]: (one["tickets"], one["active"]) for one in found}


async def test_tags_are_counted(desk: Desk) -> None:
    for number, names in enumerate([["a", "b"], ["b"], ["b", "ü"]], 1):
        await desk.call("ticket.create", "carol", title="t", body="b", tags=names)
        if number > 1:
            await desk.call("ticket.update", "bob", ticket_id=number, status="closed")
    assert await listed(desk) == {"a": (1, 1), "b": (3, 1), "ü": (1, 0)}
    await desk.call("ticket.update", "bob", ticket_id=1, remove_tags=["a"])
    assert list(await listed(desk)) == ["b", "ü"]


async def test_tags_come_in_pages(desk: Desk) -> None:
    names = sorted(["a", "a b", "a;", "tag:x", "z", "ü", "日"])
    await desk.call("ticket.create", "carol", title="t", body="b", tags=names)
    found: list[str] = []
    after = None
    for _ in names:
        page = await desk.call("tag.list", "bob", limit=1, after=after)
        found += [one["tag"] for one in page["tags"]]
        after = page["next_after"]
    assert after is None
    assert found == names


async def test_every_ticket_gets_the_new_name_and_everybody_hears(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "PORTION", 2)
    await walk(desk, 220)
    before = await listed(desk)
    seq = (await desk.call("system.health"))["seq"]
    renamed = (await desk.call("tag.rename", "alice", tag="vpn", into="mail"))["tickets"]
    assert renamed == before["vpn"][0] > 4
    after = await listed(desk)
    assert "vpn" not in after
    assert max(before["mail"][0], before["vpn"][0]) <= after["mail"][0] <= before["mail"][0] + before["vpn"][0]
    told = await desk.heard("bob", seq)
    assert len({event.ticket.ticket_id for event in told if event.ticket}) == len(told) == renamed
    found = every_ticket(desk.database)
    assert kept(desk.database) == derived(found)
    assert await ids(desk, "bob", "tag:mail") == [t.ticket_id for t in reversed(found) if "mail" in t.tags]
    assert await ids(desk, "bob", "tag:vpn") == []


@pytest.mark.parametrize(("tag", "into", "reason"), [("no", "b", "not-found"), ("a", "a", "conflict")])
async def test_what_cannot_be_renamed(desk: Desk, tag: str, into: str, reason: str) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b", tags=["a"])
    with pytest.raises(RpcFailure) as refused:
        await desk.call("tag.rename", "alice", tag=tag, into=into)
    assert refused.value.remote_reason == reason
