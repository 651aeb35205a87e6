"""What a customer can fill to its edge is still read through the page: lists, threads and events."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from hero_assistance_sdk.size_limits import ANSWER_BYTES, TEXT_BYTES
from tests.ui.daemons import Desk, http, picked, rpc_body

RPC = "/projects/hero_assistance/rpc"
EVENTS = "/projects/hero_assistance/events?since=0"
# JSON writes each of these as two bytes.
LONGEST = '"' * TEXT_BYTES
TICKETS, REPLIES = 50, 260


def _ask(client: httpx2.Client, method: str, **params: Any) -> Any:
    answer = client.post(RPC, content=rpc_body(method, **params), headers={"content-type": "application/json"})
    assert len(answer.content) <= ANSWER_BYTES, method
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()["result"]


def test_a_customer_blinds_no_agent(own_desk: Desk) -> None:
    for number in range(TICKETS):
        own_desk.call("carol", "ticket.create", title=f"t{number}", body=LONGEST)
    for _ in range(REPLIES):
        own_desk.call("carol", "message.reply", ticket_id=1, body=LONGEST)
    with http(own_desk.paths.socket("ui"), headers=picked("bob")) as client:
        listed = _ask(client, "ticket.list", limit=50)
        assert [ticket["ticket_id"] for ticket in listed["tickets"]] == [1, *range(TICKETS, 1, -1)]
        assert _ask(client, "ticket.get", ticket_id=1)["body"] == LONGEST
        seen: list[int] = []
        cursor = None
        while not seen or cursor is not None:
            page = _ask(client, "message.list", ticket_id=1, cursor=cursor, limit=50)
            seen = [message["message_id"] for message in page["messages"]] + seen
            cursor = page["next_cursor"]
        assert seen == list(range(1, REPLIES + 1))
        assert _count_events(client) == TICKETS + REPLIES


def _count_events(client: httpx2.Client) -> int:
    """How many events the page's stream brings, up to the last one there is."""
    count = 0
    with client.stream("GET", EVENTS) as answer:
        for line in answer.iter_lines():
            if line.startswith('data: {"seq":'):
                count += 1
                if json.loads(line.removeprefix("data: "))["seq"] == TICKETS + REPLIES:
                    break
    return count
