"""Wire types of tickets, messages, drafts and users."""

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
    """A user of this project; an inactive user has no access, and their messages stay.

    Customers see of others no e-mail address, signature, language and time zone: these are null there.
    """

    noun: Literal["user"] = "user"
    user_id: UserId
    name: str
    role: Role
    email: str | None
    active: bool
    # Whether others see the presence of this user; an agent may switch it off.
    shows_presence: bool
    # What `{{agent.signature}}` of canned replies and macros is for this user; customers have none.
    signature: str | None
    # A tag such as `fr` or `pt-BR`, and a zone of the IANA database, where days begin; null while none is chosen.
    language: str | None
    time_zone: str | None


class Attachment(Wire):
    """A file on a message or a ticket; it never changes. `GET /attachments/{attachment_id}` has its bytes.

    `type` is read from the content, not from the name; `width` and `height` are pixels, null unless it is a picture.
    """

    attachment_id: AttachmentId
    name: str
    size: int
    type: str
    width: int | None
    height: int | None


class LastMessage(Wire):
    """Who wrote the last message of a thread, and its first words; to customers that is a reply."""

    author: UserId
    kind: MessageKind
    excerpt: str


class TicketSummary(Wire):
    """What a list shows of a ticket, as far as the caller may see it; `excerpt` is the first words of its text.

    Customers do not see notes, snoozing, followers and targets: `snoozed` is `open` for them,
    `followers` is empty, and `snoozed_until` and `first_response_due` are null. Unless the project shares them,
    `tags` is empty too, and `assignee` and `assignee_name` are null.
    """

    ticket_id: TicketId
    title: str
    excerpt: str
    status: Status
    priority: Priority
    tags: list[str]
    customer: UserId
    customer_name: str
    # Others outside the team who see the ticket as its customer does.
    collaborators: list[UserId]
    assignee: UserId | None
    assignee_name: str | None
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
    # Null before the first message.
    last_message: LastMessage | None


class ListedTicket(TicketSummary):
    """What a list shows of a ticket, with how much of others the caller has not read, as `read.list` counts it.

    More than 100 are counted as 100; the text of a ticket that the caller never opened counts. It is null where a list
    was not asked for it.
    """

    unread: int | None


class Ticket(TicketSummary):
    """A whole ticket: what a list shows of it, its text, and the files of that text.

    Those of its messages are on them.
    """

    body: str
    attachments: list[Attachment]


class Message(Wire):
    """A reply or a note on a ticket; `edited_at` is null while it is unchanged."""

    message_id: MessageId
    ticket_id: TicketId
    kind: MessageKind
    author: UserId
    author_name: str
    body: str
    created_at: Millis
    edited_at: Millis | None
    attachments: list[Attachment]


class Draft(Wire):
    """A text of the caller's that is not sent yet; `ticket_id` is null for that of a new ticket.

    Each save gives it a later `updated_at`, which is its version. `client_token` is the one to send it with.
    """

    ticket_id: TicketId | None
    kind: MessageKind
    title: str
    body: str
    attachments: list[Attachment]
    client_token: str | None
    updated_at: Millis
