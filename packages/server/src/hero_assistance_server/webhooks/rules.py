"""What a webhook is sent, and when it is given up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from hero_assistance_sdk.wire import EventKind, MessageKind, Seq, TicketId
from hero_assistance_server.events.stored_event import TeamEvent
from hero_assistance_server.outbox.rules import AT_LEAST_LIMIT
from hero_assistance_server.timestamps import millis
from hero_assistance_server.webhooks.model import TEST_KIND, Webhook, WebhookAnswer, WebhookMessage

# More are not looked after.
WEBHOOKS_LIMIT = 20
# The time in which the other side takes over a new secret.
FORMER_SECRET_FOR = timedelta(days=1)
# Failing for so long, without one success, disables a webhook.
GIVE_UP_AFTER = timedelta(days=1)
# The answer by which a receiver says that it wants no more (Standard Webhooks).
GONE = 410
# The answers whose `Retry-After` counts (RFC 9110, 10.2.3, and RFC 6585).
_BUSY = frozenset({429, 503})
# For how long a webhook that fails is left alone before one of its messages is tried.
REST_FROM, REST_UNTIL = timedelta(seconds=10), timedelta(hours=1)
# And when its receiver asks for more.
REST_LIMIT = AT_LEAST_LIMIT
_DIGITS = 12
_SUCCESS = range(200, 300)
_REDIRECTS = range(300, 400)
_DATA = ("seq", "ticket", "message", "record")


def wants(webhook: Webhook, event: TeamEvent) -> bool:
    """Whether a webhook is sent this event; one with a note only where it asks for notes."""
    if webhook.kinds and event.kind not in webhook.kinds:
        return False
    return webhook.with_notes or not _has_note(event)


def event_message(webhook: Webhook, event: TeamEvent) -> WebhookMessage:
    """Return the message about an event; it is the same whenever it is made."""
    told = json.loads(event.payload)
    data = {name: told.get(name) for name in _DATA}
    # Restores of earlier releases gave numbers again, but not at the same time.
    message_id = f"msg_{webhook.key}_{event.seq}_{millis(event.at):x}"
    return WebhookMessage(message_id, event.kind, event.seq, _body(event.kind, event.at, data), _ticket_of(data))


def test_message(webhook: Webhook, now: datetime) -> WebhookMessage:
    """Return a message that says nothing, by which an admin tries a webhook."""
    message_id = f"msg_{webhook.key}_test_{millis(now):x}"
    return WebhookMessage(message_id, TEST_KIND, Seq(0), _body(TEST_KIND, now, {"webhook_id": webhook.webhook_id}))


def judge(status: int) -> str:
    """Return what is wrong with the status of an answer; the empty text for a success."""
    if status in _SUCCESS:
        return ""
    if status in _REDIRECTS:
        return f"the answer is {status}, and redirects are not followed"
    return f"the answer is {status}"


def note_answer(webhook: Webhook, answer: WebhookAnswer) -> Webhook:
    """Return the webhook after one attempt: failing, well again, or disabled."""
    if answer.succeeded:
        return replace(webhook, failing_since=None)
    if answer.status == GONE:
        return disable(webhook, "the receiver answered 410, it wants no more")
    # A clock that was ahead once must not put off the end.
    since = min(webhook.failing_since or answer.at, answer.at)
    failing = replace(webhook, failing_since=since)
    if answer.at - since < GIVE_UP_AFTER:
        return failing
    return disable(failing, f"it failed for a day; at last: {answer.error}")


def rest_after(webhook: Webhook, answer: WebhookAnswer, at_least: timedelta) -> timedelta:
    """Return for how long a webhook is left alone after a failure: the longer it fails, the longer."""
    failing_for = answer.at - (webhook.failing_since or answer.at)
    return max(REST_FROM, min(failing_for / 4, REST_UNTIL), at_least)


def read_retry_after(status: int, value: str, now: datetime) -> timedelta:
    """Return how long a receiver asks to be left alone: seconds or a date, not more than `REST_LIMIT`."""
    if status not in _BUSY:
        return timedelta()
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:_DIGITS]), REST_LIMIT.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta()
    return min(max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta()), REST_LIMIT)


def disable(webhook: Webhook, reason: str = "") -> Webhook:
    """Return the webhook disabled, by the server for a reason, or by an admin."""
    return replace(webhook, enabled=False, disabled_because=reason)


def enable(webhook: Webhook, last_seq: Seq) -> Webhook:
    """Return the webhook enabled: it is sent what happens from now on."""
    if webhook.enabled:
        return webhook
    return replace(webhook, enabled=True, disabled_because="", failing_since=None, after_seq=last_seq)


def rotate(webhook: Webhook, secret: str, now: datetime) -> Webhook:
    """Return the webhook with a new secret; for a day the former one signs too."""
    return replace(webhook, secret=secret, former_secret=webhook.secret, former_until=now + FORMER_SECRET_FOR)


def secrets_at(webhook: Webhook, now: datetime) -> tuple[str, ...]:
    """Return the secrets that sign now, the newest first."""
    if webhook.former_secret is None or webhook.former_until is None or now >= webhook.former_until:
        return (webhook.secret,)
    return (webhook.secret, webhook.former_secret)


def _has_note(event: TeamEvent) -> bool:
    # Most events carry no message; those of a note say so in few bytes.
    if '"note"' not in event.payload:
        return False
    message = json.loads(event.payload).get("message")
    return message is not None and message["kind"] == MessageKind.NOTE


def _ticket_of(data: dict[str, Any]) -> TicketId | None:
    """Return the id of the ticket that an event tells of, from the first of its objects that has one."""
    return next((told["ticket_id"] for told in data.values() if isinstance(told, dict) and "ticket_id" in told), None)


def _body(kind: EventKind, at: datetime, data: dict[str, Any]) -> str:
    timestamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": timestamp, "data": data}, ensure_ascii=False, separators=(",", ":"))
