"""Sends the messages of webhooks: the channel of the outbox that posts them, and notes how each attempt ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.release import version
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.outbox.model import Held, Outcome, Refused, RetryLater, Sent, StoredDelivery
from hero_assistance_server.outbox.rules import clean_note
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.model import AddressRefused, Answer
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.disabled_letter import tell_admins
from hero_assistance_server.webhooks.message_json import decode_message
from hero_assistance_server.webhooks.model import TEST_KIND, Webhook, WebhookAnswer, WebhookMessage
from hero_assistance_server.webhooks.service import CHANNEL
from hero_assistance_server.webhooks.signing import signed_headers

# Each may wait for its receiver until it times out.
AT_ONCE = 16
# Of what a receiver writes, the log of answers keeps the beginning.
EXCERPT_BYTES = 500
# What the audit trail says instead of where a request came from.
ORIGIN = Caller(None, origin="webhooks")

_ANOTHER_FIRST = "its last message failed, and another one is tried first"
# Longer than one attempt takes.
_TURN = timedelta(seconds=20)

_log = get_log("webhooks")


@dataclass(frozen=True, slots=True)
class Posted:
    """How an attempt ended, how long the receiver wants to be left alone, and whether it was sent anything."""

    answer: WebhookAnswer
    at_least: timedelta
    was_sent: bool


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
        # Until when one is left alone, because its receiver asked for that, or because it failed.
        self._rests: dict[int, datetime] = {}

    def is_ready(self) -> bool:
        """Whether it can send now."""
        return True

    async def deliver(self, delivery: StoredDelivery) -> Outcome:
        """Post one message, once; raises `StoreUnavailable`.

        A test that fails is over: `webhook.answers` says why.
        """
        outcome = await self._deliver(delivery)
        if isinstance(outcome, Sent) or decode_message(delivery.payload).kind != TEST_KIND:
            return outcome
        was_sent = outcome.was_sent if isinstance(outcome, Refused) else isinstance(outcome, RetryLater)
        return Refused(outcome.error, was_sent=was_sent, is_wanted=False)

    async def _deliver(self, delivery: StoredDelivery) -> Outcome:
        webhook_id = int(delivery.target)
        webhook = await self._storage.read(lambda snapshot: snapshot.webhooks.find(webhook_id))
        if webhook is None or not webhook.enabled:
            self._rests.pop(webhook_id, None)
            return Refused(
                f"webhook {webhook_id} is {'disabled' if webhook else 'deleted'}",
                was_sent=False,
                is_wanted=webhook is not None,
            )
        if webhook.failing_since is None:
            return await self._attempt(webhook, decode_message(delivery.payload))
        wait = self._rest_of(webhook)
        if wait > timedelta() and not delivery.is_urgent:
            return Held(_ANOTHER_FIRST, wait)
        self._trying.add(webhook_id)
        try:
            return await self._attempt(webhook, decode_message(delivery.payload))
        finally:
            self._trying.discard(webhook_id)

    async def _attempt(self, webhook: Webhook, message: WebhookMessage) -> Outcome:
        posted = await self._post(webhook, message)
        answer = posted.answer
        after = await self._storage.write(lambda work: _note(work, answer))
        if after is not None and not after.enabled:
            _log.warning("webhooks.disabled", webhook=webhook.webhook_id, reason=after.disabled_because)
            self._changed()
            return Refused(answer.error)
        if answer.succeeded:
            self._rests.pop(webhook.webhook_id, None)
            return Sent(f"status {answer.status}")
        rest = rules.rest_after(webhook, answer, posted.at_least)
        self._rests[webhook.webhook_id] = self._clock() + rest
        return RetryLater(answer.error, posted.at_least) if posted.was_sent else Held(answer.error, rest)

    def _rest_of(self, webhook: Webhook) -> timedelta:
        """Return for how long a message waits for another one of a webhook that fails; nothing for the one to try."""
        now, until = self._clock(), self._rests.get(webhook.webhook_id)
        # A clock that was set back makes no rest longer.
        rest = until - now if until and now < until <= now + rules.REST_LIMIT else timedelta()
        return max(rest, _TURN) if webhook.webhook_id in self._trying else rest

    async def _post(self, webhook: Webhook, message: WebhookMessage) -> Posted:
        """Send the message; returns how it ended."""
        clock = asyncio.get_running_loop().time
        at, started = self._clock(), clock()
        body = message.body.encode()
        headers = signed_headers(rules.secrets_at(webhook, at), message.message_id, at, body)
        status, error, excerpt = None, "", ""
        at_least, was_sent = timedelta(), True
        try:
            answer = await self._http.request("POST", webhook.url, headers=_plain_headers() | headers, body=body)
        except HeroError as failure:
            error, was_sent = failure.message, not isinstance(failure, AddressRefused)
        else:
            status, error, excerpt = answer.status, rules.judge(answer.status), _excerpt(answer)
            at_least = rules.read_retry_after(answer.status, answer.headers.get("retry-after", ""), self._clock())
        noted = WebhookAnswer(
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
        return Posted(noted, at_least, was_sent)


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
    if webhook.failing_since is not None and answer.succeeded:
        work.outbox.hasten(CHANNEL, str(webhook.webhook_id), work.now)
    if webhook.enabled and not after.enabled:
        detail = {"webhook_id": str(webhook.webhook_id), "reason": after.disabled_because}
        work.record_audit_entry("webhook.disabled", ORIGIN, detail)
        tell_admins(work, after, answer)
    return after
