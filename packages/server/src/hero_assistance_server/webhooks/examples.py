"""Examples of `webhook.*`."""

from __future__ import annotations

from typing import Any

from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_server.rpc.example_fixtures import NOTED

_ASKED = {"url": "https://hooks.example.org/desk", "kinds": ["ticket.created", "message.replied"]}
_CREATE = Call("alice", "webhook.create", _ASKED)
# An address that documents may name; a message to it is refused before it is sent.
_UNREACHABLE = Call("alice", "webhook.create", {"url": "https://192.0.2.7/desk", "with_notes": True})
_WEBHOOK: dict[str, Any] = {
    **_ASKED,
    "webhook_id": 1,
    "description": "",
    "with_notes": False,
    "state": "active",
    "disabled_because": "",
    "obstacle": "",
    "failing_since": None,
    "created_at": NOTED,
    "created_by": "alice",
}
_SECRET = {"webhook": _WEBHOOK, "secret": "whsec_bm90IGEgc2VjcmV0LCBidXQgb25lIGZvciB0aGVzZSBwYWdlcw=="}
_QUEUED = {"message_id": "msg_5c0f4e8d9a7b6c3d21_3_19bed3d5bf8"}

LISTS = Example("An admin looks", "alice", {}, {"webhooks": [_WEBHOOK]}, after=(_CREATE,))
CREATES = Example("A chat is to hear of tickets", "alice", _ASKED, _SECRET, varies=frozenset({"secret"}))
UPDATES = Example(
    "The chat is rebuilt",
    "alice",
    {"webhook_id": 1, "enabled": False},
    _WEBHOOK | {"state": "disabled"},
    after=(_CREATE,),
)
DELETES = Example("The chat is gone", "alice", {"webhook_id": 1}, None, after=(_CREATE,))
ROTATES = Example(
    "The secret was seen by others", "alice", {"webhook_id": 1}, _SECRET, after=(_CREATE,), varies=frozenset({"secret"})
)
TESTS = Example(
    "Does it work?", "alice", {"webhook_id": 1}, _QUEUED, after=(_UNREACHABLE,), varies=frozenset({"message_id"})
)
REDELIVERS = Example(
    "The receiver had lost its data",
    "alice",
    {"webhook_id": 1, "seq": 3},
    _QUEUED,
    after=(_UNREACHABLE,),
    varies=frozenset({"message_id"}),
)
ANSWERS = Example(
    "Nothing was sent yet", "alice", {"webhook_id": 1}, {"answers": [], "next_before": None}, after=(_CREATE,)
)
