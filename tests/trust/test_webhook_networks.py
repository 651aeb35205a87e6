"""The operator allows a network for webhooks by name; without that nothing inside is connected to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from tests.server.desk import START_S, Desk, running
from tests.server.outgoing_http.receiver import receiving
from tests.trust.harness import Supervised

pytestmark = pytest.mark.anyio


async def sent_to(desk: Desk, url: str) -> dict[str, Any]:
    """How the attempt to send a test to a new webhook ends."""
    webhook_id = (await desk.call("webhook.create", "alice", url=url))["webhook"]["webhook_id"]
    await desk.call("webhook.test", "alice", webhook_id=webhook_id)
    while True:
        answers = (await desk.call("webhook.answers", "alice", webhook_id=webhook_id))["answers"]
        if answers:
            answer: dict[str, Any] = answers[0]
            return answer
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("allowed", ["loopback", "127.0.0.1", "junk, 127.0.0.0/8"])
async def test_an_allowed_network_is_reached(paths: Paths, embedded: Supervised, allowed: str) -> None:
    embedded.start()
    embedded.set("WEBHOOK_NETWORKS", allowed)
    async with receiving() as receiver, running(paths) as desk, asyncio.timeout(START_S):
        # Until the settings are read, the internet alone is allowed.
        while (answer := await sent_to(desk, receiver.url()))["status"] is None:
            assert answer["error"] == "127.0.0.1 is no address of the internet"
    assert (answer["status"], answer["error"]) == (200, "")


@pytest.mark.parametrize("allowed", ["private, link-local, overlay", "10.0.0.0/8"])
async def test_another_one_is_not(paths: Paths, embedded: Supervised, allowed: str) -> None:
    embedded.start()
    embedded.set("WEBHOOK_NETWORKS", allowed)
    async with receiving() as receiver, running(paths) as desk, asyncio.timeout(START_S):
        for _ in range(5):
            answer = await sent_to(desk, receiver.url())
            assert answer["error"] == "127.0.0.1 is no address of the internet"
    assert receiver.connections == 0
