"""Tickets, messages, changes and their audience, as the server knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from hero_assistance_sdk.wire import (
    AttachmentId,
    EventKind,
    MessageId,
    MessageKind,
    Priority,
    Record,
    Role,
    Status,
    TicketId,
    UserId,
)

# The last message of a thread that has none.
NO_MESSAGE = MessageId(0)


@dataclass(frozen=True, slots=True)
class User:
    """A person of this project."""

    user_id: UserId
    name: str
    role: Role
    email: str | None = None
    active: bool = True
    shows_presence: bool = True

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.CUSTOMER


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as its content says it is; `width` and `height` are pixels of a picture. It never changes."""

    attachment_id: AttachmentId
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with what every audience sees of it.

    What only agents are shown moves `updated_at`; what customers are shown moves `public_updated_at` too, so that
    a note, a snooze or a follower leaves no trace there.
    """

    ticket_id: TicketId
    title: str
    body: str
    status: Status
    priority: Priority
    tags: tuple[str, ...]
    customer: UserId
    customer_name: str
    created_at: datetime
    updated_at: datetime
    public_updated_at: datetime
    collaborators: tuple[UserId, ...] = ()
    assignee: UserId | None = None
    followers: tuple[UserId, ...] = ()
    snoozed_until: datetime | None = None
    first_response_due: datetime | None = None
    first_response_at: datetime | None = None
    solved_at: datetime | None = None
    merged_into: TicketId | None = None
    split_from: TicketId | None = None
    reply_count: int = 0
    note_count: int = 0
    last_reply_id: MessageId = NO_MESSAGE
    last_note_id: MessageId = NO_MESSAGE
    attachments: tuple[Attachment, ...] = ()

    @property
    def people(self) -> frozenset[UserId]:
        """Everybody outside the team who sees this ticket."""
        return frozenset({self.customer, *self.collaborators})

    @property
    def participants(self) -> frozenset[UserId]:
        """The agents who take part: the assignee and the followers."""
        return frozenset(self.followers) | ({self.assignee} if self.assignee else set())


@dataclass(frozen=True, slots=True)
class Message:
    """A reply or a note."""

    message_id: MessageId
    ticket_id: TicketId
    kind: MessageKind
    author: UserId
    author_name: str
    body: str
    created_at: datetime
    edited_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


class Reach(StrEnum):
    """Who is told beside those who are named."""

    NAMED = "named"
    STAFF = "staff"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told: everybody within `reach`, and `people`."""

    reach: Reach = Reach.STAFF
    people: frozenset[UserId] = frozenset()


# The whole team, and nobody else.
TEAM = Audience()

M = TypeVar("M", bound=Message | None, covariant=True)
T = TypeVar("T", bound=Ticket | None, covariant=True)


@dataclass(frozen=True)
class Change(Generic[T, M]):
    """What one command writes, and who is told.

    `before` is the ticket as it was, `ticket` as it is afterwards; `message` is added, or replaced when it was there;
    `moved` are messages that now belong to `ticket`. `detail` is what the audit trail keeps beside the ids, as texts.
    """

    kind: EventKind
    ticket: T
    message: M
    audience: Audience
    before: Ticket | None = None
    moved: tuple[MessageId, ...] = ()
    record: Record | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


AnyChange = Change[Ticket | None, Message | None]
