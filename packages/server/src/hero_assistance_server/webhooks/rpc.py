"""`webhook.*`: who is told of events over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hero_assistance_sdk.errors import Conflict, Forbidden, HeroError, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.methods import NoParams
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy
from hero_assistance_server.rpc.changes import require_change
from hero_assistance_server.rpc.pages import fill_page
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.webhooks import examples
from hero_assistance_server.webhooks.kinds import check_kinds
from hero_assistance_server.webhooks.rpc_types import (
    AnswerPage,
    AnswersOf,
    CreateWebhook,
    KnownWebhook,
    QueuedMessage,
    Redeliver,
    UpdateWebhook,
    Webhook,
    WebhookList,
    WebhookSecret,
    encode_answer,
    serialize_webhook,
)
from hero_assistance_server.webhooks.service import (
    create_webhook,
    delete_webhook,
    find_webhook,
    queue_again,
    queue_test,
    rotate_secret,
    update_webhook,
)

_READ_ERRORS: tuple[type[HeroError], ...] = (Unauthenticated, Forbidden, Unavailable)
_ERRORS = (*_READ_ERRORS, NotFound)


def add_methods(
    table: MethodRegistry, storage: Storage, changed: Callable[[], None], policy: Callable[[], NetworkPolicy]
) -> None:
    """Register the methods; `changed` is called once a change of a webhook is committed.

    `policy` says where requests may go now.
    """

    @table.method("webhook.list", allow=OPERATORS, page=True, errors=_READ_ERRORS, examples=[examples.LISTS])
    async def list_(_caller: Caller, _params: NoParams) -> WebhookList:
        """List the webhooks, by id; their secrets are never shown again."""
        webhooks = await storage.read(lambda snapshot: snapshot.webhooks.list_all())
        return WebhookList(webhooks=[serialize_webhook(webhook, policy()) for webhook in webhooks])

    @table.method(
        "webhook.create", allow=OPERATORS, page=True, errors=[*_READ_ERRORS, Conflict], examples=[examples.CREATES]
    )
    async def create(caller: Caller, params: CreateWebhook) -> WebhookSecret:
        """Have events posted to a URL, from now on; the secret that signs them is shown this once.

        Each is a POST with the headers of Standard Webhooks. An answer of 2xx takes it; after any other one, and after
        none, it is tried again. An event may come twice, with the same `webhook-id`, and in another order.
        """
        kinds = check_kinds(params.kinds)

        def command(work: UnitOfWork) -> WebhookSecret:
            webhook = create_webhook(
                work, caller, url=params.url, description=params.description, kinds=kinds, with_notes=params.with_notes
            )
            work.after_commit(changed)
            return WebhookSecret(webhook=serialize_webhook(webhook, policy()), secret=webhook.secret)

        return await storage.write(command)

    @table.method("webhook.update", allow=OPERATORS, page=True, errors=_ERRORS, examples=[examples.UPDATES])
    async def update(caller: Caller, params: UpdateWebhook) -> Webhook:
        """Change a webhook, or disable and enable it; what is null stays.

        What happens while it is disabled is not sent later; `webhook.redeliver` sends single events.
        """
        require_change("webhook.update", params)
        chosen: dict[str, Any] = params.model_dump(exclude={"webhook_id"}, exclude_none=True)
        if params.kinds is not None:
            chosen["kinds"] = check_kinds(params.kinds)

        def command(work: UnitOfWork) -> Webhook:
            before = find_webhook(work, params.webhook_id)
            work.after_commit(changed)
            return serialize_webhook(update_webhook(work, caller, before, replace(before, **chosen)), policy())

        return await storage.write(command)

    @table.method("webhook.delete", allow=OPERATORS, page=True, errors=_ERRORS, examples=[examples.DELETES])
    async def delete(caller: Caller, params: KnownWebhook) -> None:
        """Delete a webhook; nothing more is sent to it."""

        def command(work: UnitOfWork) -> None:
            delete_webhook(work, caller, params.webhook_id)
            work.after_commit(changed)

        await storage.write(command)

    _add_secret_method(table, storage, policy)
    _add_delivery_methods(table, storage)


def _add_secret_method(table: MethodRegistry, storage: Storage, policy: Callable[[], NetworkPolicy]) -> None:
    @table.method("webhook.rotate_secret", allow=OPERATORS, page=True, errors=_ERRORS, examples=[examples.ROTATES])
    async def rotate(caller: Caller, params: KnownWebhook) -> WebhookSecret:
        """Give a webhook another secret, shown this once; for a day the one before signs too."""

        def command(work: UnitOfWork) -> WebhookSecret:
            webhook = rotate_secret(work, caller, params.webhook_id)
            return WebhookSecret(webhook=serialize_webhook(webhook, policy()), secret=webhook.secret)

        return await storage.write(command)


def _add_delivery_methods(table: MethodRegistry, storage: Storage) -> None:
    @table.method("webhook.test", allow=OPERATORS, page=True, errors=[*_ERRORS, Conflict], examples=[examples.TESTS])
    async def test(_caller: Caller, params: KnownWebhook) -> QueuedMessage:
        """Send a webhook a message that says nothing; `webhook.answers` shows how it ended."""
        message = await storage.write(lambda work: queue_test(work, params.webhook_id))
        return QueuedMessage(message_id=message.message_id)

    @table.method(
        "webhook.redeliver", allow=OPERATORS, page=True, errors=[*_ERRORS, Conflict], examples=[examples.REDELIVERS]
    )
    async def redeliver(caller: Caller, params: Redeliver) -> QueuedMessage:
        """Send a webhook an event once more, or one that it missed, under the id that it has."""
        message = await storage.write(lambda work: queue_again(work, caller, params.webhook_id, params.seq))
        return QueuedMessage(message_id=message.message_id)

    @table.method("webhook.answers", allow=OPERATORS, page=True, errors=_ERRORS, examples=[examples.ANSWERS])
    async def answers(_caller: Caller, params: AnswersOf) -> Encoded[AnswerPage]:
        """List how the last 100 attempts to send to a webhook ended, newest first."""
        return await storage.read(lambda snapshot: _list_answers(snapshot, params))


def _list_answers(snapshot: Snapshot, params: AnswersOf) -> Encoded[AnswerPage]:
    webhook = find_webhook(snapshot, params.webhook_id)
    rows = snapshot.webhooks.iterate_answers(webhook.webhook_id, params.before)
    page = fill_page(rows, encode_answer, params.limit)
    before = None if page.last is None else page.last.answer_id
    return Encoded.of(AnswerPage, answers=page.json, next_before=before)
