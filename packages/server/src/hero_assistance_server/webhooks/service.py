"""Makes, changes and deletes webhooks, and queues what they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.events.stored_event import TeamEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.outbox.model import Delivery
from hero_assistance_server.outbox.rules import ahead_of_all
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.message_json import encode_message
from hero_assistance_server.webhooks.model import Webhook, WebhookMessage
from hero_assistance_server.webhooks.signing import make_key, make_secret
from hero_assistance_server.webhooks.urls import url_host

CHANNEL = "webhook"


def create_webhook(
    work: UnitOfWork, caller: Caller, *, url: str, description: str, kinds: tuple[EventKind, ...], with_notes: bool
) -> Webhook:
    """Make a webhook that is sent what happens from now on; raises `Conflict` for one too many."""
    if len(work.webhooks.list_all()) >= rules.WEBHOOKS_LIMIT:
        raise Conflict(
            f"there are {rules.WEBHOOKS_LIMIT} webhooks already",
            hint="delete one of them",
            kind=RefusalKind.WEBHOOKS_FULL,
            values={"limit": rules.WEBHOOKS_LIMIT},
        )
    webhook = Webhook(
        webhook_id=work.webhooks.next_id(),
        url=url,
        description=description,
        kinds=kinds,
        with_notes=with_notes,
        key=make_key(),
        secret=make_secret(),
        after_seq=work.events.last_seq(),
        created_at=work.now,
        created_by=caller.user.user_id if caller.user else None,
    )
    work.webhooks.save(webhook)
    _audit(work, caller, "webhook.created", webhook, {"host": url_host(url), "kinds": ", ".join(kinds) or "all"})
    return webhook


def update_webhook(work: UnitOfWork, caller: Caller, before: Webhook, after: Webhook) -> Webhook:
    """Write what an admin changed of a webhook."""
    if after.enabled and not before.enabled:
        after = replace(rules.enable(before, work.events.last_seq()), **_list_chosen(after))
    changed = {name: value for name, value in _list_chosen(after).items() if value != getattr(before, name)}
    if after.enabled is not before.enabled:
        changed["enabled"] = after.enabled
    if changed:
        work.webhooks.save(after)
        _audit(work, caller, "webhook.updated", after, _as_texts(changed))
    return after


def delete_webhook(work: UnitOfWork, caller: Caller, webhook_id: int) -> None:
    """Delete a webhook, and drop what is queued for it or was given up. Raises `NotFound`."""
    webhook = find_webhook(work, webhook_id)
    work.outbox.drop_all(CHANNEL, str(webhook_id), work.now)
    work.webhooks.delete(webhook_id)
    _audit(work, caller, "webhook.deleted", webhook, {"host": url_host(webhook.url)})


def rotate_secret(work: UnitOfWork, caller: Caller, webhook_id: int) -> Webhook:
    """Give a webhook another secret; for a day the one before signs too. Raises `NotFound`."""
    webhook = rules.rotate(find_webhook(work, webhook_id), make_secret(), work.now)
    work.webhooks.save(webhook)
    _audit(work, caller, "webhook.secret_rotated", webhook, {})
    return webhook


def queue_test(work: UnitOfWork, webhook_id: int) -> WebhookMessage:
    """Queue a message that says nothing; raises `NotFound`, or `Conflict` for a disabled webhook."""
    webhook = _find_enabled(work, webhook_id)
    message = rules.test_message(webhook, work.now)
    queue_message(work, webhook, message, message.message_id, is_urgent=True)
    return message


def queue_again(work: UnitOfWork, caller: Caller, webhook_id: int, seq: Seq) -> WebhookMessage:
    """Queue the message about an event once more, under the id that it has; raises `NotFound` or `Conflict`."""
    webhook = _find_enabled(work, webhook_id)
    message = rules.event_message(webhook, _find_event(work, webhook, seq))
    queue_message(work, webhook, message, f"{message.message_id}_{millis(work.now):x}", is_urgent=True)
    _audit(work, caller, "webhook.redelivered", webhook, {"message_id": message.message_id})
    return message


def queue_message(
    work: UnitOfWork, webhook: Webhook, message: WebhookMessage, key: str, *, is_urgent: bool = False
) -> None:
    """Put a message into the outbox; nothing happens where the key is known. Somebody waits for an urgent one."""
    summary = f"{message.kind} {message.seq}" if message.seq else message.kind
    payload = encode_message(message)
    due_at = ahead_of_all(work.now) if is_urgent else work.now
    target = str(webhook.webhook_id)
    delivery = Delivery(CHANNEL, key, target, payload, due_at, summary, ticket_id=message.ticket_id)
    work.outbox.add(delivery, work.now)


def find_webhook(snapshot: Snapshot, webhook_id: int) -> Webhook:
    """Return one webhook; raises `NotFound`."""
    webhook = snapshot.webhooks.find(webhook_id)
    if webhook is None:
        raise NotFound(
            f"there is no webhook {webhook_id}", hint="webhook.list has all of them", kind=RefusalKind.NO_WEBHOOK
        )
    return webhook


def _find_enabled(work: UnitOfWork, webhook_id: int) -> Webhook:
    webhook = find_webhook(work, webhook_id)
    if not webhook.enabled:
        raise Conflict(
            f"webhook {webhook_id} is disabled",
            hint="enable it first: webhook.update",
            kind=RefusalKind.WEBHOOK_DISABLED,
        )
    return webhook


def _find_event(work: UnitOfWork, webhook: Webhook, seq: Seq) -> TeamEvent:
    """Return an event that the webhook asks for; raises `NotFound` where it is not stored, else `Conflict`."""
    found = work.events.list_for_team(Seq(seq - 1), 1)
    if not found or found[0].seq != seq:
        raise NotFound(
            f"no event {seq} of the team is stored",
            hint="webhook.answers has the numbers in seq",
            kind=RefusalKind.NO_EVENT,
        )
    if not rules.wants(webhook, found[0]):
        raise Conflict(
            f"webhook {webhook.webhook_id} does not ask for this event",
            hint="webhook.update changes that",
            kind=RefusalKind.WEBHOOK_OTHER_EVENT,
        )
    return found[0]


def _list_chosen(webhook: Webhook) -> dict[str, Any]:
    names = ("url", "description", "kinds", "with_notes")
    return {name: getattr(webhook, name) for name in names}


def _as_texts(changed: Mapping[str, object]) -> dict[str, str]:
    """What was set, for the audit trail, which all agents read: a URL may be a secret, its host is none."""
    texts = {name: ", ".join(map(str, to)) if isinstance(to, tuple) else str(to) for name, to in changed.items()}
    if "url" in texts:
        texts["host"] = url_host(texts.pop("url"))
    return texts


def _audit(work: UnitOfWork, caller: Caller, action: str, webhook: Webhook, detail: Mapping[str, str]) -> None:
    work.record_audit_entry(action, caller, {"webhook_id": str(webhook.webhook_id), **detail})
