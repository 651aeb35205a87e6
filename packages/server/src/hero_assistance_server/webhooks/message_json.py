"""A message as the outbox stores it."""

from __future__ import annotations

import json

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.webhooks.model import WebhookMessage


def encode_message(message: WebhookMessage) -> str:
    """Return the JSON of a message."""
    found = {"message_id": message.message_id, "kind": message.kind, "seq": message.seq, "body": message.body}
    return json.dumps(found, ensure_ascii=False)


def decode_message(payload: str) -> WebhookMessage:
    """Return the message that `encode_message` made the JSON of."""
    found = json.loads(payload)
    return WebhookMessage(found["message_id"], EventKind(found["kind"]), Seq(found["seq"]), found["body"])
