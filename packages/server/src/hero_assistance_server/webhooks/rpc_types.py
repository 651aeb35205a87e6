"""Params and results of `webhook.*`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.field_faults import FaultKind
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_DEFAULT, PAGE_LIMIT, Fault
from hero_assistance_server.texts import clean_line
from hero_assistance_server.timestamps import maybe_millis, millis
from hero_assistance_server.webhooks import model
from hero_assistance_server.webhooks.urls import URL_LIMIT, clean_url, find_obstacle

DESCRIPTION_LIMIT = 200
_KINDS_LIMIT = 100
_KIND = r"^[a-z_]+\.[a-z_]+$"


def _line_or_nothing(text: str) -> str:
    return clean_line(text) if text else ""


WebhookUrl = Annotated[
    str,
    Field(
        min_length=1,
        max_length=URL_LIMIT,
        description="With https, to an address of the internet. The operator may allow other networks, and http there.",
    ),
    AfterValidator(clean_url),
]
Kinds = Annotated[
    tuple[
        Annotated[
            str,
            StringConstraints(max_length=50, pattern=_KIND),
            Fault(FaultKind.EVENT_KIND, "this is no kind of event, such as ticket.created"),
        ],
        ...,
    ],
    Field(max_length=_KINDS_LIMIT, description="Kinds of events, such as `ticket.created`; none asks for all."),
]
Description = Annotated[
    str, Field(max_length=DESCRIPTION_LIMIT, description="One line; may be empty."), AfterValidator(_line_or_nothing)
]
WithNotes = Annotated[bool, Field(description="Send the agents' notes too.")]
ItemId = Annotated[int, Field(ge=1, le=ID_LIMIT)]


class CreateWebhook(Params):
    """Where to, and which events."""

    url: WebhookUrl
    kinds: Kinds = ()
    with_notes: WithNotes = False
    description: Description = ""


class KnownWebhook(Params):
    """One webhook."""

    webhook_id: ItemId


class UpdateWebhook(KnownWebhook):
    """What changes; what is null stays."""

    url: WebhookUrl | None = None
    kinds: Kinds | None = None
    with_notes: WithNotes | None = None
    description: Description | None = None
    enabled: bool | None = None


class Redeliver(KnownWebhook):
    """The webhook, and the number of an event that is stored."""

    seq: Annotated[wire.Seq, Field(ge=1, le=ID_LIMIT)]


class AnswersOf(KnownWebhook):
    """Whose answers, and which page of them."""

    before: Annotated[int, Field(ge=1, le=ID_LIMIT, description="`next_before` of the page before.")] = ID_LIMIT
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class Webhook(Result):
    """A webhook; `kinds` is empty where it asks for all.

    `failing_since` is the first failure without a success after it. One that fails for a day is disabled;
    `disabled_because` says why, and is empty where an admin did it. `obstacle` says why nothing can be sent to its URL,
    where that is known without an attempt, and is empty otherwise.
    """

    webhook_id: int
    url: str
    description: str
    kinds: list[str]
    with_notes: bool
    state: model.WebhookState
    disabled_because: str
    obstacle: str
    failing_since: wire.Millis | None
    created_at: wire.Millis
    created_by: wire.UserId | None


class WebhookList(Result):
    """All webhooks, by id."""

    webhooks: list[Webhook]


class WebhookSecret(Result):
    """A webhook, and the secret by which the receiver checks that a message is from here."""

    webhook: Webhook
    secret: str


class QueuedMessage(Result):
    """The id of a message that is sent next: its header `webhook-id`."""

    message_id: str


class WebhookAnswer(Result):
    """How one attempt ended; `status` is null where there was no answer, `error` is empty after a success.

    `seq` is the number of the event, 0 of a test; `excerpt` is the beginning of what the receiver answered.
    """

    answer_id: int
    message_id: str
    kind: str
    seq: wire.Seq
    at: wire.Millis
    duration_ms: int
    status: int | None
    error: str
    excerpt: str


class AnswerPage(Result):
    """Answers, newest first; `next_before` asks for the next page, null at the end."""

    answers: list[WebhookAnswer]
    next_before: int | None


def serialize_webhook(webhook: model.Webhook, policy: NetworkPolicy) -> Webhook:
    """Return what admins see of a webhook: everything but its secrets; `policy` says where requests may go now."""
    return Webhook(
        webhook_id=webhook.webhook_id,
        url=webhook.url,
        description=webhook.description,
        kinds=list(webhook.kinds),
        with_notes=webhook.with_notes,
        state=webhook.state,
        disabled_because=webhook.disabled_because,
        obstacle=find_obstacle(webhook.url, policy),
        failing_since=maybe_millis(webhook.failing_since),
        created_at=millis(webhook.created_at),
        created_by=webhook.created_by,
    )


def encode_answer(answer: model.WebhookAnswer) -> bytes:
    """Return the JSON of an answer."""
    shown = WebhookAnswer(
        answer_id=answer.answer_id,
        message_id=answer.message_id,
        kind=answer.kind,
        seq=answer.seq,
        at=millis(answer.at),
        duration_ms=answer.duration_ms,
        status=answer.status,
        error=answer.error,
        excerpt=answer.excerpt,
    )
    return shown.model_dump_json().encode()
