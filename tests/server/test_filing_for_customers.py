"""An agent files a ticket for a customer, as after a telephone call."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import Desk
from tests.server.verify import verify_action

pytestmark = pytest.mark.anyio

NEW = {"title": "By telephone", "body": "The VPN is down."}


async def test_the_ticket_is_the_customers_and_the_agent_takes_part(desk: Desk) -> None:
    heard = await verify_action(
        desk, ["alice", "bob", "carol", "dave"], lambda: desk.call("ticket.create", "bob", **NEW, customer="carol")
    )
    assert {user: [event.kind for event in events] for user, events in heard.items()} == {
        "alice": ["ticket.created"],
        "bob": ["ticket.created"],
        "carol": ["ticket.created"],
        "dave": [],
    }
    ticket = await desk.call("ticket.get", "bob", ticket_id=1)
    assert (ticket["customer"], ticket["customer_name"], ticket["followers"]) == ("carol", "Carol", ["bob"])
    assert ticket["status"] == "new"
    assert (await desk.call("ticket.get", "carol", ticket_id=1))["followers"] == []


async def test_the_audit_trail_says_who_filed_it(desk: Desk) -> None:
    await desk.call("ticket.create", "bob", **NEW, customer="carol")
    (entry,) = (await desk.call("audit.list", "bob", ticket_id=1))["entries"]
    assert (entry["actor"], entry["action"], entry["detail"]) == ("bob", "ticket.created", {"customer": "carol"})


async def test_the_same_token_makes_one_ticket(desk: Desk) -> None:
    made = [await desk.call("ticket.create", "bob", **NEW, customer="carol", client_token="t") for _ in range(2)]  # noqa: S106
    assert made[0] == made[1]
    # The token is the agent's: the customer's own is another one.
    assert (await desk.call("ticket.create", "carol", **NEW, client_token="t"))["ticket_id"] == 2  # noqa: S106


async def test_the_agents_files_come_with_it(desk: Desk) -> None:
    upload = await desk.upload("bob", "note.txt")
    await desk.call("ticket.create", "bob", **NEW, customer="carol", attachments=[upload["attachment_id"]])
    ticket = await desk.call("ticket.get", "carol", ticket_id=1)
    assert [one["name"] for one in ticket["attachments"]] == ["note.txt"]


async def test_one_self_is_no_other(desk: Desk) -> None:
    for user in ("carol", "bob"):
        ticket = await desk.call("ticket.create", user, **NEW, customer=user)
        assert (ticket["customer"], ticket["followers"]) == (user, [])


@pytest.mark.parametrize(
    ("caller", "customer", "reason"),
    [("carol", "dave", "forbidden"), ("carol", "nobody", "forbidden"), ("bob", "nobody", "not-found")],
)
async def test_who_may_not_and_for_whom_it_cannot_be(desk: Desk, caller: str, customer: str, reason: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.create", caller, **NEW, customer=customer)
    assert refused.value.remote_reason == reason
    assert (await desk.call("ticket.list", "bob"))["tickets"] == []


async def test_who_is_deactivated_sees_no_ticket(desk: Desk) -> None:
    await desk.call("user.deactivate", "alice", user_id="dave")
    with pytest.raises(RpcFailure, match="dave is deactivated"):
        await desk.call("ticket.create", "bob", **NEW, customer="dave")
