"""`notification.*` and `outbox.*` over the server's own socket."""

from __future__ import annotations

from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import OPERATOR, Desk

pytestmark = pytest.mark.anyio


async def refusal(desk: Desk, method: str, user: str | None, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason or ""


async def test_settings_are_each_users_own_and_stay(desk: Desk) -> None:
    await desk.call("notification.configure", "bob", new_tickets=True, new_ticket_tags=["VPN", "vpn"])
    await desk.call("notification.configure", "bob", mentions=False)
    found = await desk.call("notification.settings", "bob")
    assert (found["new_tickets"], found["new_ticket_tags"], found["mentions"]) == (True, ["vpn"], False)
    assert (await desk.call("notification.settings", "alice"))["new_tickets"] is False


async def test_a_customer_sets_nothing_of_the_team(desk: Desk) -> None:
    wrongs: tuple[dict[str, Any], ...] = ({"new_tickets": True}, {"answers": False}, {"new_ticket_tags": []})
    for wrong in wrongs:
        assert await refusal(desk, "notification.configure", "carol", **wrong) == "forbidden"
    assert (await desk.call("notification.configure", "carol", replies=False))["replies"] is False


async def test_quiet_hours_have_a_beginning_and_an_end_and_can_end(desk: Desk) -> None:
    assert await refusal(desk, "notification.configure", "carol", quiet_from="22:00") == "conflict"
    for wrong in ("24:00", "7:00", "22:60", "22"):
        assert await refusal(desk, "notification.configure", "carol", quiet_from=wrong, quiet_until="07:00") != ""
    await desk.call("notification.configure", "carol", quiet_from="22:00", quiet_until="07:00")
    ended = await desk.call("notification.configure", "carol", quiet=False)
    assert (ended["quiet_from"], ended["quiet_until"]) == (None, None)


async def test_a_ticket_is_muted_only_by_who_sees_it(desk: Desk) -> None:
    ticket = await desk.call("ticket.create", "carol", title="t", body="b")
    assert await desk.call("notification.mute", "carol", ticket_id=ticket["ticket_id"]) is True
    assert await desk.call("notification.mute", "carol", ticket_id=ticket["ticket_id"]) is False
    assert await desk.call("notification.mute", "carol", ticket_id=ticket["ticket_id"], muted=False) is True
    assert await refusal(desk, "notification.mute", "dave", ticket_id=ticket["ticket_id"]) == "not-found"


@pytest.mark.parametrize("token", ["t", "../..", "A" * 300, "é"])
async def test_a_token_that_is_none_of_ours_mutes_nothing(desk: Desk, token: str) -> None:
    assert await desk.call("notification.unsubscribe", None, token=token) is False


async def test_what_the_operator_does_about_a_letter_is_in_the_audit_trail(desk: Desk) -> None:
    made = await desk.call("mail.test", OPERATOR, address="dan@example.net")
    assert await refusal(desk, "outbox.drop", OPERATOR, delivery_id=99) == "not-found"
    page = await desk.call("outbox.list", OPERATOR, channel="mail")
    assert [one["delivery_id"] for one in page["deliveries"]] == [made["delivery_id"]]
    assert "payload" not in page["deliveries"][0]
    actions = {entry["action"] for entry in (await desk.call("audit.list", "alice"))["entries"]}
    assert "mail.tested" in actions


async def test_a_long_list_has_pages(desk: Desk) -> None:
    for number in range(5):
        await desk.call("mail.test", "alice", address=f"dan{number}@example.net")
    found: list[str] = []
    cursor = None
    while cursor is not None or not found:
        page = await desk.call("outbox.list", "alice", limit=2, cursor=cursor)
        found += [one["target"] for one in page["deliveries"]]
        cursor = page["next_cursor"]
    assert found == [f"dan{number}@example.net" for number in (4, 3, 2, 1, 0)]


async def test_a_test_letter_goes_to_an_address_alone(desk: Desk) -> None:
    for wrong in ("a@b.org>", "<a@b.org", "a,b@c.org"):
        assert await refusal(desk, "mail.test", "alice", address=wrong) == "conflict"
