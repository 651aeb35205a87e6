"""Tags and assignee are the team's: no customer learns of them in any way, unless the project shares them."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk
from tests.server.verify import snapshot

pytestmark = pytest.mark.anyio

TAG = "troublemaker"


@pytest.fixture
async def ticket(desk: Desk) -> Desk:
    """Carol's ticket 1, tagged and assigned by the team."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("ticket.update", "alice", ticket_id=1, add_tags=[TAG], assignee="bob")
    return desk


async def shown(desk: Desk, user: str) -> tuple[list[str], str | None, str | None]:
    """What `ticket.get`, the list and the search show alike."""
    whole = await desk.call("ticket.get", user, ticket_id=1)
    (row,) = (await desk.call("ticket.list", user))["tickets"]
    (found,) = (await desk.call("search.tickets", user, query="is:active"))["found"]
    seen = [(one["tags"], one["assignee"], one["assignee_name"]) for one in (whole, row, found["ticket"])]
    assert seen[0] == seen[1] == seen[2]
    return seen[0]


async def events(desk: Desk, user: str, since: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.call("event.list", user, since=since))["events"]
    return found


async def test_a_customer_is_shown_neither(ticket: Desk) -> None:
    assert await shown(ticket, "bob") == ([TAG], "bob", "Bob")
    assert await shown(ticket, "carol") == ([], None, None)


async def test_a_customer_hears_of_no_change_of_them(ticket: Desk) -> None:
    told = await events(ticket, "carol")
    assert [one["kind"] for one in told] == ["ticket.created"]
    before = await ticket.call("ticket.get", "carol", ticket_id=1)
    await ticket.call("ticket.update", "bob", ticket_id=1, assignee=None, tags=["other"])
    assert await events(ticket, "carol") == told
    assert await ticket.call("ticket.get", "carol", ticket_id=1) == before


async def test_later_events_carry_neither(ticket: Desk) -> None:
    await ticket.call("message.reply", "bob", ticket_id=1, body="Hello.")
    await ticket.call("ticket.update", "bob", ticket_id=1, title="Another")
    for one in await events(ticket, "carol"):
        assert (one["ticket"]["tags"], one["ticket"]["assignee"], one["ticket"]["assignee_name"]) == ([], None, None)
    assert (await events(ticket, "alice"))[-1]["ticket"]["tags"] == [TAG]


@pytest.mark.parametrize("asked", [f"tag:{TAG}", f"-tag:{TAG}", "assignee:bob", "-assignee:me", "is:unassigned"])
async def test_a_customer_cannot_ask_for_them(ticket: Desk, asked: str) -> None:
    """Else the answer would tell."""
    with pytest.raises(RpcFailure, match="of the team"):
        await ticket.call("ticket.list", "carol", filter=asked)
    with pytest.raises(RpcFailure, match="of the team"):
        await ticket.call("search.tickets", "carol", query=asked)
    await ticket.call("ticket.list", "bob", filter=asked)


async def test_a_customer_finds_no_tag_by_its_word(ticket: Desk) -> None:
    assert [one["place"] for one in (await ticket.call("search.tickets", "bob", query=TAG))["found"]] == ["tag"]
    assert (await ticket.call("search.tickets", "carol", query=TAG))["found"] == []


async def test_tags_that_a_customer_files_are_the_teams_too(desk: Desk) -> None:
    filed = await desk.call("ticket.create", "carol", title="t", body="b", tags=["vpn"])
    assert filed["tags"] == []
    assert (await desk.call("ticket.get", "bob", ticket_id=1))["tags"] == ["vpn"]


async def test_a_setting_shares_each(ticket: Desk) -> None:
    await ticket.call("project.update", "alice", share_tags=True)
    assert await shown(ticket, "carol") == ([TAG], None, None)
    await ticket.call("ticket.list", "carol", filter=f"tag:{TAG}")
    with pytest.raises(RpcFailure, match="assignees are of the team"):
        await ticket.call("ticket.list", "carol", filter="assignee:bob")
    await ticket.call("project.update", "alice", share_tags=False, share_assignee=True)
    assert await shown(ticket, "carol") == ([], "bob", "Bob")
    await ticket.call("ticket.list", "carol", filter="assignee:bob")
    await ticket.call("project.update", "alice", share_assignee=False)
    assert await shown(ticket, "carol") == ([], None, None)


async def test_what_is_shared_comes_as_events(ticket: Desk) -> None:
    await ticket.call("project.update", "alice", share_tags=True, share_assignee=True)
    held = await snapshot(ticket, "carol")
    listed = await ticket.call("ticket.get", "carol", ticket_id=1)
    await ticket.call("ticket.update", "bob", ticket_id=1, assignee="alice", tags=["other"])
    (told,) = await events(ticket, "carol", held.seq)
    assert (told["ticket"]["tags"], told["ticket"]["assignee"]) == (["other"], "alice")
    # It is no answer: the ticket stays where it is in the customer's list.
    assert told["ticket"]["updated_at"] == listed["updated_at"]
    assert told["ticket"] == await ticket.call("ticket.get", "carol", ticket_id=1)
    assert await events(ticket, "dave", held.seq) == []


async def test_everybody_is_told_of_the_setting(ticket: Desk) -> None:
    await ticket.call("project.update", "alice", share_tags=True)
    told = (await events(ticket, "carol"))[-1]
    assert (told["kind"], told["record"]["share_tags"]) == ("project.updated", True)


async def test_a_setting_that_is_refused_shares_nothing(ticket: Desk) -> None:
    """The writer keeps what is shared in its memory."""
    with pytest.raises(RpcFailure):
        await ticket.call("project.update", "bob", share_tags=True)
    await ticket.call("message.reply", "bob", ticket_id=1, body="Hello.")
    assert (await events(ticket, "carol"))[-1]["ticket"]["tags"] == []
