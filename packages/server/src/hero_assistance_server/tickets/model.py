"""A ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import MessageId, MessageKind, Priority, Status, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment

# The last message of a thread that has none.
NO_MESSAGE = MessageId(0)


@dataclass(frozen=True, slots=True)
class LastMessage:
    """Who wrote the last reply or note of a thread, and its first words as one line."""

    author: UserId
    kind: MessageKind
    excerpt: str


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
    # Of replies and notes, by their times. A text that was merged has an id that says nothing of its place.
    last_message_id: MessageId = NO_MESSAGE
    attachments: tuple[Attachment, ...] = ()
    last_reply: LastMessage | None = None
    # The last message where it is a note.
    last_note: LastMessage | None = None
    assignee_name: str | None = None

    @property
    def people(self) -> frozenset[UserId]:
        """Everybody outside the team who sees this ticket."""
        return frozenset({self.customer, *self.collaborators})

    @property
    def last_message(self) -> LastMessage | None:
        """The last message as agents see the thread."""
        return self.last_note or self.last_reply

    @property
    def participants(self) -> frozenset[UserId]:
        """The agents who take part: the assignee and the followers."""
        return frozenset(self.followers) | ({self.assignee} if self.assignee else set())
