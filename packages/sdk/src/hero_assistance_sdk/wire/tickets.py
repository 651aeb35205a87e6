"""Tickets, messages and people as they travel."""

from __future__ import annotations

from typing import Literal

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import (
    AttachmentId,
    MessageId,
    MessageKind,
    Millis,
    Priority,
    Role,
    Status,
    TicketId,
    UserId,
)


class User(Wire):
    """A person of this project; who is not active may do nothing here, and what they wrote stays.

    Customers see no e-mail address: `email` is null there.
    """

    noun: Literal["user"] = "user"
    user_id: UserId
    name: str
    role: Role
    email: str | None
    active: bool
    # Whether others see at which ticket they are; an agent may switch it off.
    shows_presence: bool


class Attachment(Wire):
    """A file on a message or a ticket; it never changes. `GET /attachments/{attachment_id}` has its bytes.

    `type` is what the content is, whatever its name says; `width` and `height` are pixels, null where it is no picture.
    """

    attachment_id: AttachmentId
    name: str
    size: int
    type: str
    width: int | None
    height: int | None


class Ticket(Wire):
    """A ticket as the one who asks may see it.

    A customer is shown nothing of notes, snoozing, followers and targets: `snoozed` is `open` there,
    `followers` is empty, and `snoozed_until` and `first_response_due` are null.
    """

    ticket_id: TicketId
    title: str
    body: str
    status: Status
    priority: Priority
    tags: list[str]
    customer: UserId
    customer_name: str
    # Others outside the team who see the ticket as its customer does.
    collaborators: list[UserId]
    assignee: UserId | None
    # Agents who take part without being the assignee.
    followers: list[UserId]
    snoozed_until: Millis | None
    first_response_due: Millis | None
    first_response_at: Millis | None
    solved_at: Millis | None
    merged_into: TicketId | None
    split_from: TicketId | None
    created_at: Millis
    updated_at: Millis
    message_count: int
    # The last message of the thread, for `last_seen_message_id`; 0 before the first.
    last_message_id: MessageId
    # Of the ticket's own text; those of its messages are on them.
    attachments: list[Attachment]


class Message(Wire):
    """A reply or a note on a ticket; `edited_at` is null while it stands as it was written."""

    message_id: MessageId
    ticket_id: TicketId
    kind: MessageKind
    author: UserId
    author_name: str
    body: str
    created_at: Millis
    edited_at: Millis | None
    attachments: list[Attachment]
