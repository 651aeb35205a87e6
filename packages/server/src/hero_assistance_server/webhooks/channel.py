"""Sends the messages of webhooks: the channel of the outbox that posts them, and notes how each attempt ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.release import version
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.outbox.model import Outcome, Refused, RetryLater, Sent, StoredDelivery
from hero_assistance_server.outbox.rules import clean_note
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.model import Answer
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.disabled_letter import tell_admins
from hero_assistance_server.webhooks.message_json import decode_message
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer, WebhookMessage
from hero_assistance_server.webhooks.service import CHANNEL
from hero_assistance_server.webhooks.signing import signed_headers

# Each may wait for its receiver until it times out.
AT_ONCE = 16
# Of what a receiver writes, the log of answers keeps the beginning.
EXCERPT_BYTES = 500
# What the audit trail says instead of where a request came from.
ORIGIN = Caller(None, origin="webhooks")

_log = get_log("webhooks")


class WebhookChannel:
    """Implements the channel of the outbox for webhooks; `changed` is called when a webhook was disabled."""

    name = CHANNEL
    at_once = AT_ONCE

    def __init__(
        self, storage: Storage, http: OutgoingHttp, clock: Callable[[], datetime], changed: Callable[[], None]
    ) -> None:
        self._storage = storage
        self._http = http
        self._clock = clock
        self._changed = changed
        # One that fails is tried with one message at a time: the others must not fill the places of other webhooks.
        self._trying: set[int] = set()

    def is_ready(self) -> bool:
        """Whether it can send now."""
        return True

    async def deliver(self, delivery: StoredDelivery) -> Outcome:
        """Post one message, once; raises `StoreUnavailable`."""
        webhook_id = int(delivery.target)
        webhook = await self._storage.read(lambda snapshot: snapshot.webhooks.find(webhook_id))
        if webhook is None or not webhook.enabled:
            return Refused(f"webhook {webhook_id} is {'disabled' if webhook else 'deleted'}")
        if webhook.failing_since is None:
            return await self._attempt(webhook, decode_message(delivery.payload))
        if webhook_id in self._trying:
            return RetryLater("its last message failed, and another one is tried first")
        self._trying.add(webhook_id)
        try:
            return await self._attempt(webhook, decode_message(delivery.payload))
        finally:
            self._trying.discard(webhook_id)

    async def _attempt(self, webhook: Webhook, message: WebhookMessage) -> Outcome:
        answer = await self._post(webhook, message)
        after = await self._storage.write(lambda work: _note(work, answer))
        if after is not None and not after.enabled:
            _log.warning("webhooks.disabled", webhook=webhook.webhook_id, reason=after.disabled_because)
            self._changed()
            return Refused(answer.error)
        return Sent(f"status {answer.status}") if answer.succeeded else RetryLater(answer.error)

    async def _post(self, webhook: Webhook, message: WebhookMessage) -> WebhookAnswer:
        """Send the message; returns how it ended."""
        clock = asyncio.get_running_loop().time
        at, started = self._clock(), clock()
        body = message.body.encode()
        headers = signed_headers(rules.secrets_at(webhook, at), message.message_id, at, body)
        status, error, excerpt = None, "", ""
        try:
            answer = await self._http.request("POST", webhook.url, headers=_plain_headers() | headers, body=body)
        except HeroError as failure:
            error = failure.message
        else:
            status, error, excerpt = answer.status, rules.judge(answer.status), _excerpt(answer)
        return WebhookAnswer(
            answer_id=0,
            webhook_id=webhook.webhook_id,
            message_id=message.message_id,
            kind=message.kind,
            seq=message.seq,
            at=at,
            duration_ms=round((clock() - started) * 1000),
            status=status,
            error=error,
            excerpt=excerpt,
        )


def _plain_headers() -> dict[str, str]:
    return {"content-type": "application/json", "user-agent": f"hero_assistance/{version()}", "accept": "*/*"}


def _excerpt(answer: Answer) -> str:
    return clean_note(answer.body[:EXCERPT_BYTES].decode("utf-8", "replace"))


def _note(work: UnitOfWork, answer: WebhookAnswer) -> Webhook | None:
    """Write how an attempt ended, and what follows for the webhook; returns it, `None` when it was deleted."""
    webhook = work.webhooks.find(answer.webhook_id)
    if webhook is None:
        return None
    work.webhooks.add_answer(answer)
    after = rules.note_answer(webhook, answer) if webhook.enabled else webhook
    if after != webhook:
        work.webhooks.save(after)
    if webhook.enabled and not after.enabled:
        detail = {"webhook_id": str(webhook.webhook_id), "reason": after.disabled_because}
        work.record_audit_entry("webhook.disabled", ORIGIN, detail)
        tell_admins(work, after)
    return after
