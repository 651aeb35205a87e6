"""For every method that changes something and every kind of watcher: snapshot + events = fresh snapshot."""

from __future__ import annotations

import random
from typing import Any

import pytest

from hero_assistance_sdk.wire import EventKind
from tests.server.desk import Desk
from tests.server.verify import snapshot, verify_action

pytestmark = pytest.mark.anyio

WATCHERS = ["carol", "dave", "bob", "alice"]
# Method, who calls, params, the event's kind, who is told.
ACTIONS: list[tuple[str, str, dict[str, Any], str, set[str]]] = [
    ("ticket.create", "carol", {"title": "n", "body": "b"}, "ticket.created", {"carol", "bob", "alice"}),
    ("ticket.create", "bob", {"title": "n", "body": "b"}, "ticket.created", {"bob", "alice"}),
    ("message.reply", "carol", {"ticket_id": 1, "body": "b"}, "message.replied", {"carol", "bob", "alice"}),
    ("message.reply", "bob", {"ticket_id": 1, "body": "b"}, "message.replied", {"carol", "bob", "alice"}),
    ("message.reply", "alice", {"ticket_id": 2, "body": "b"}, "message.replied", {"dave", "bob", "alice"}),
    ("message.note", "bob", {"ticket_id": 1, "body": "b"}, "message.noted", {"bob", "alice"}),
    ("message.note", "alice", {"ticket_id": 2, "body": "b"}, "message.noted", {"bob", "alice"}),
]


async def _past(desk: Desk) -> None:
    """Tickets of both customers, one with a thread that has a note in it."""
    await desk.call("ticket.create", "carol", title="c", body="b", tags=["vpn"])
    await desk.call("ticket.create", "dave", title="d", body="b")
    await desk.call("message.note", "bob", ticket_id=1, body="secret")
    await desk.call("message.reply", "bob", ticket_id=1, body="hello")


@pytest.mark.parametrize(("method", "caller", "params", "kind", "informed"), ACTIONS)
async def test_action(
    desk: Desk, method: str, caller: str, params: dict[str, Any], kind: str, informed: set[str]
) -> None:
    await _past(desk)
    told = await verify_action(desk, WATCHERS, lambda: desk.call(method, caller, **params))
    assert {user for user, events in told.items() if events} == informed
    assert {event.kind for events in told.values() for event in events} == {EventKind(kind)}


def test_every_event_kind_has_an_action() -> None:
    assert {kind for _, _, _, kind, _ in ACTIONS} == {kind.value for kind in EventKind}


async def test_from_any_moment_of_a_long_talk(desk: Desk) -> None:
    """A client may come at any time: its snapshot and what follows lead to the same end."""
    await _past(desk)
    choice = random.Random(7)  # noqa: S311
    moments = {user: [await snapshot(desk, user)] for user in WATCHERS}
    for _ in range(25):
        method, caller, params, _, _ = choice.choice(ACTIONS)
        await desk.call(method, caller, **params)
        user = choice.choice(WATCHERS)
        moments[user].append(await snapshot(desk, user))
    ends = {user: await snapshot(desk, user) for user in WATCHERS}
    for user, taken in moments.items():
        for moment in taken:
            for event in await desk.heard(user, moment.seq):
                if event.seq <= ends[user].seq:
                    moment.apply(event)
            assert (moment.tickets, moment.messages) == (ends[user].tickets, ends[user].messages)
