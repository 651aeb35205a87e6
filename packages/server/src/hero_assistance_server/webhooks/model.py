"""A webhook, the message that it is sent, and the answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hero_assistance_sdk.wire import EventKind, Seq, TicketId, UserId

# What a message is called that no event is the reason of.
TEST_KIND = EventKind("webhook.test")


class WebhookState(StrEnum):
    """Whether a webhook is sent to: `failing` is sent to, and its last answers were failures."""

    ACTIVE = "active"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address, the kinds of events that it is sent (none: all of them), and how it fares.

    `key` is in the ids of its messages. `after_seq` is the number of the last event that was considered. A
    `former_secret` signs too until `former_until`. `disabled_because` is empty for one that an admin disabled.
    """

    webhook_id: int
    url: str
    description: str
    kinds: tuple[EventKind, ...]
    with_notes: bool
    key: str
    secret: str
    after_seq: Seq
    created_at: datetime
    created_by: UserId | None
    former_secret: str | None = None
    former_until: datetime | None = None
    enabled: bool = True
    disabled_because: str = ""
    failing_since: datetime | None = None

    @property
    def state(self) -> WebhookState:
        """Whether it is sent to, and whether that works."""
        if not self.enabled:
            return WebhookState.DISABLED
        return WebhookState.ACTIVE if self.failing_since is None else WebhookState.FAILING


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """What is sent: its id is the same at each attempt, and `seq` is 0 for what is no event.

    `ticket_id` is that of the ticket it tells of; it is known when the message is made, and not read again.
    """

    message_id: str
    kind: EventKind
    seq: Seq
    body: str
    ticket_id: TicketId | None = None


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """How one attempt ended: with a `status`, or with the `error` that kept it from one.

    `excerpt` is the beginning of what the other side wrote; `error` is empty for an attempt that succeeded.
    """

    answer_id: int
    webhook_id: int
    message_id: str
    kind: EventKind
    seq: Seq
    at: datetime
    duration_ms: int
    status: int | None
    error: str
    excerpt: str

    @property
    def succeeded(self) -> bool:
        """Whether the other side has taken the message."""
        return not self.error
