"""`webhook.*` against a running server."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.webhooks.rules import WEBHOOKS_LIMIT
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio

URL = "https://hooks.example.org/desk?token=between-us"
# An address for documents: what would be sent to it is refused.
UNREACHABLE = "https://192.0.2.7/desk"


async def create(desk: Desk, **params: Any) -> dict[str, Any]:
    made: dict[str, Any] = await desk.call("webhook.create", "alice", **{"url": URL, **params})
    return made


async def test_a_secret_is_shown_once(desk: Desk) -> None:
    secret = (await create(desk))["secret"]
    rotated = (await desk.call("webhook.rotate_secret", "alice", webhook_id=1))["secret"]
    assert secret.startswith("whsec_")
    assert rotated.startswith("whsec_")
    assert secret != rotated
    listed = json.dumps(await desk.call("webhook.list", "alice"))
    updated = json.dumps(await desk.call("webhook.update", "alice", webhook_id=1, description="d"))
    audited = json.dumps(await desk.call("audit.list", "alice"))
    for text in (listed, updated, audited):
        assert "whsec_" not in text
        assert secret[6:] not in text


async def test_agents_read_no_token_of_a_url_in_the_audit_trail(desk: Desk) -> None:
    await create(desk)
    await desk.call("webhook.update", "alice", webhook_id=1, url=URL + "-still", with_notes=True)
    await desk.call("webhook.delete", "alice", webhook_id=1)
    entries = (await desk.call("audit.list", "bob"))["entries"]
    assert [(entry["action"], entry["actor"]) for entry in entries] == [
        ("webhook.deleted", "alice"),
        ("webhook.updated", "alice"),
        ("webhook.created", "alice"),
    ]
    assert entries[1]["detail"] == {"webhook_id": "1", "with_notes": "True", "host": "hooks.example.org"}
    assert "between-us" not in json.dumps(entries)


async def test_what_is_null_stays(desk: Desk) -> None:
    made = (await create(desk, kinds=["ticket.created"], description="chat", with_notes=True))["webhook"]
    assert await desk.call("webhook.update", "alice", webhook_id=1, description="chat", kinds=None) == made
    disabled = await desk.call("webhook.update", "alice", webhook_id=1, enabled=False, kinds=[])
    assert disabled == made | {"state": "disabled", "kinds": []}
    enabled = await desk.call("webhook.update", "alice", webhook_id=1, enabled=True)
    assert enabled == made | {"kinds": []}


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"url": "http://user:word@example.org/"}, "url: it has a user name or a password"),
        ({"url": "ftp://example.org/"}, "url: it does not begin with https:// or http://"),
        ({"kinds": ["ticket.burnt"]}, "kinds: 'ticket.burnt' is no kind of event"),
        ({"kinds": ["draft.saved"]}, "kinds: 'draft.saved' is no kind of event"),
        ({"description": "a\nb"}, "description: the character U+000A"),
    ],
)
async def test_wrong_params_are_explained(desk: Desk, params: dict[str, Any], fault: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await create(desk, **params)
    assert fault in refused.value.data["faults"][0]
    assert (await desk.call("webhook.list", "alice"))["webhooks"] == []


async def test_there_are_not_too_many(desk: Desk) -> None:
    for _ in range(WEBHOOKS_LIMIT):
        await create(desk)
    with pytest.raises(RpcFailure, match="20 webhooks already"):
        await create(desk)


@pytest.mark.parametrize(
    ("method", "more"),
    [("update", {"enabled": True}), ("delete", {}), ("rotate_secret", {}), ("test", {}), ("answers", {})],
)
async def test_one_that_there_is_not(desk: Desk, method: str, more: dict[str, Any]) -> None:
    with pytest.raises(RpcFailure, match="there is no webhook 9"):
        await desk.call(f"webhook.{method}", "alice", webhook_id=9, **more)


async def test_an_address_inside_is_refused_and_the_log_says_why(desk: Desk) -> None:
    for url in (UNREACHABLE, "https://127.0.0.1:1/", "http://10.0.0.1/"):
        made = (await create(desk, url=url))["webhook"]
        webhook_id = made["webhook_id"]
        assert "is no address of the internet" in made["obstacle"]
        assert "WEBHOOK_NETWORKS" in made["obstacle"]
        sent = await desk.call("webhook.test", "alice", webhook_id=webhook_id)
        (answer,) = await answers(desk, webhook_id)
        assert (answer["message_id"], answer["kind"], answer["status"]) == (sent["message_id"], "webhook.test", None)
        assert "is no address of the internet" in answer["error"]
    assert {one["state"] for one in (await desk.call("webhook.list", "alice"))["webhooks"]} == {"failing"}


async def test_what_is_in_the_way_is_shown_at_each_change(desk: Desk) -> None:
    assert (await create(desk))["webhook"]["obstacle"] == ""
    changed = await desk.call("webhook.update", "alice", webhook_id=1, url="http://hooks.example.org/")
    assert "use https" in changed["obstacle"]
    assert (await desk.call("webhook.list", "alice"))["webhooks"] == [changed]
    again = await desk.call("webhook.update", "alice", webhook_id=1, url=URL)
    assert again["obstacle"] == ""


async def test_what_can_be_delivered_again(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="t", body="b")
    await desk.call("message.note", "bob", ticket_id=1, body="between us")
    await desk.call("draft.save", "bob", ticket_id=1, body="not sent")
    await create(desk, url=UNREACHABLE)
    await desk.call("webhook.redeliver", "alice", webhook_id=1, seq=1)
    with pytest.raises(RpcFailure, match="does not ask for this event"):
        await desk.call("webhook.redeliver", "alice", webhook_id=1, seq=2)
    for seq in (3, 99):
        with pytest.raises(RpcFailure, match=f"no event {seq} of the team is stored"):
            await desk.call("webhook.redeliver", "alice", webhook_id=1, seq=seq)
    await desk.call("webhook.update", "alice", webhook_id=1, enabled=False)
    with pytest.raises(RpcFailure, match="webhook 1 is disabled"):
        await desk.call("webhook.redeliver", "alice", webhook_id=1, seq=1)
    with pytest.raises(RpcFailure, match="webhook 1 is disabled"):
        await desk.call("webhook.test", "alice", webhook_id=1)


async def test_an_export_has_no_webhooks(desk: Desk) -> None:
    """They are secrets, and a copy of a project must not post to the receivers of the project."""
    await create(desk)
    await desk.call("export.create", "alice")
    async with asyncio.timeout(30):
        while (await desk.call("export.get", "alice"))["made_at"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    names = {file.name for file in desk.paths.exports.rglob("*.jsonl")}
    assert "tickets.jsonl" in names
    assert not {name for name in names if "webhook" in name}


async def answers(desk: Desk, webhook_id: int) -> list[dict[str, Any]]:
    """The answers of a webhook, once there are any."""
    async with asyncio.timeout(30):
        while True:
            found: list[dict[str, Any]] = (await desk.call("webhook.answers", "alice", webhook_id=webhook_id))[
                "answers"
            ]
            if found:
                return found
            await asyncio.sleep(0.01)
