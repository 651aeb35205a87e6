"""Tags: how many tickets have them, and what becomes of all of those when one is called something else."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.tags import rpc as tags
from hero_assistance_server.tags import service
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
    found = every_ticket(desk.paths.data)
    assert kept(desk.paths.data) == derived(found)
    assert await ids(desk, "bob", "tag:mail") == [t.ticket_id for t in reversed(found) if "mail" in t.tags]
    assert await ids(desk, "bob", "tag:vpn") == []


@pytest.mark.parametrize(("tag", "into", "reason"), [("no", "b", "not-found"), ("a", "a", "conflict")])
async def test_what_cannot_be_renamed(desk: Desk, tag: str, into: str, reason: str) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b", tags=["a"])
    with pytest.raises(RpcFailure) as refused:
        await desk.call("tag.rename", "alice", tag=tag, into=into)
    assert refused.value.remote_reason == reason


async def coloured(desk: Desk, user: str = "bob") -> Any:
    return (await desk.call("project.get", user))["tag_colours"]


async def test_a_colour_is_shown_to_the_team_and_goes_with_the_tag(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b", tags=["vpn", "mail"])
    seq = (await desk.call("system.health"))["seq"]
    assert await desk.call("tag.set_colour", "alice", tag="VPN", colour="red") == {"tag": "vpn", "colour": "red"}
    assert await coloured(desk) == {"vpn": "red"}
    assert [event.kind for event in await desk.heard("bob", seq)] == ["project.updated"]
    await desk.call("tag.rename", "alice", tag="vpn", into="network")
    assert await coloured(desk) == {"network": "red"}
    # A tag that is merged into one with a colour takes that.
    await desk.call("tag.set_colour", "alice", tag="mail", colour="teal")
    await desk.call("tag.rename", "alice", tag="network", into="mail")
    assert await coloured(desk) == {"mail": "teal"}
    await desk.call("tag.set_colour", "alice", tag="mail", colour=None)
    assert await coloured(desk) == {}


async def test_customers_are_told_no_colours_which_name_the_tags_of_others(desk: Desk) -> None:
    await desk.call("tag.set_colour", "alice", tag="vpn", colour="red")
    seq = (await desk.call("system.health"))["seq"]
    await desk.call("tag.set_colour", "alice", tag="vpn", colour="blue")
    assert await coloured(desk, "carol") is None
    assert await desk.heard("carol", seq) == []
    await desk.call("project.update", "alice", share_tags=True)
    assert await coloured(desk, "carol") is None
    await desk.call("tag.set_colour", "alice", tag="fraud", colour="pink")
    heard = await desk.heard("carol", seq)
    assert [event.kind for event in heard] == ["project.updated"]
    assert "vpn" not in heard[0].model_dump_json()


async def test_the_audit_trail_names_the_colours_that_have_changed_alone(desk: Desk) -> None:
    await desk.call("tag.set_colour", "alice", tag="a", colour="red")
    await desk.call("tag.set_colour", "alice", tag="b", colour="blue")
    entry = (await desk.call("audit.list", "alice", action="project.updated", limit=1))["entries"][0]
    assert entry["detail"] == {"tag_colours": "b blue", "tag_colours.before": ""}


async def test_so_many_tags_have_a_colour_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "COLOURS_LIMIT", 2)
    for tag in ("a", "b"):
        await desk.call("tag.set_colour", "alice", tag=tag, colour="red")
    with pytest.raises(RpcFailure) as refused:
        await desk.call("tag.set_colour", "alice", tag="c", colour="red")
    assert refused.value.remote_reason == "conflict"
    await desk.call("tag.set_colour", "alice", tag="a", colour="green")
    assert await coloured(desk) == {"a": "green", "b": "red"}
