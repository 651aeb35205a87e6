"""What users set of their notifications, and what waits to be told to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hero_assistance_sdk.wire import MessageId, TicketId, UserId


class Reason(StrEnum):
    """Why a user is notified."""

    # To the customer and the collaborators of a ticket.
    REPLIED = "replied"
    FILED = "filed"
    # To agents.
    ANSWERED = "answered"
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    NEW_TICKET = "new_ticket"


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """Which letters a user wants; `new_ticket_tags` without a tag is every new ticket.

    Quiet hours begin and end at times of day such as `22:00`, in a time zone; `None` for none.
    """

    replies: bool = True
    answers: bool = True
    assignments: bool = True
    mentions: bool = True
    new_tickets: bool = False
    new_ticket_tags: tuple[str, ...] = ()
    quiet_from: str | None = None
    quiet_until: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class NoteworthyEntry:
    """An audit entry that users may be notified of."""

    audit_id: int
    actor: UserId | None
    action: str
    ticket_id: TicketId
    message_id: MessageId | None
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A user to notify, and why."""

    user_id: UserId
    reason: Reason


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """What waits to be told to one user; what is about the same ticket is told together."""

    user_id: UserId
    ticket_id: TicketId
    reason: Reason
    actor: UserId | None
    message_id: MessageId | None
    due_at: datetime
    notification_id: int = 0
