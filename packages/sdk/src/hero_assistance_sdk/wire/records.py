"""What events carry in addition to tickets and messages: one class a noun; `noun` says which."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import (
    MessageId,
    MessageKind,
    Millis,
    Priority,
    Score,
    Status,
    TagColour,
    TicketId,
    UserId,
)
from hero_assistance_sdk.wire.tickets import User


class CannedReply(Wire):
    """A prepared text with placeholders; `owner` is null for one that the team shares."""

    noun: Literal["canned_reply"] = "canned_reply"
    canned_reply_id: int
    name: str
    body: str
    owner: UserId | None
    updated_at: Millis


class Macro(Wire):
    """Several changes in one action; what is null, false or empty does nothing. `owner` is as of a `CannedReply`."""

    noun: Literal["macro"] = "macro"
    macro_id: int
    name: str
    owner: UserId | None
    status: Status | None
    # With the status `snoozed`: for how long.
    snooze_minutes: int | None
    priority: Priority | None
    # Assigns to the user who runs it, or to no one; else `assignee`.
    assign: Literal["me", "nobody"] | None
    assignee: UserId | None
    add_tags: list[str]
    remove_tags: list[str]
    follow: bool
    # Texts with placeholders.
    note: str | None
    reply: str | None
    updated_at: Millis


class DraftMark(Wire):
    """The reader's own draft was saved, in any browser or tab: `draft.get` has its text.

    The event omits the text, because events stay in the store and unsent text must not.
    """

    noun: Literal["draft"] = "draft"
    ticket_id: TicketId | None
    kind: MessageKind
    updated_at: Millis


class Project(Wire):
    """The settings of the whole project, made by admins.

    Customers see the name and the limits of attachments; for them `first_response_minutes` is empty, and the fields
    about quotas, events, backups, mail, hours and the colours of tags, which name the tags of others, are null.
    `attachment.list` tells a customer's own quota.
    """

    noun: Literal["project"] = "project"
    name: str
    # Minutes until the first answer is due; a priority that is not here promises nothing.
    first_response_minutes: dict[Priority, int]
    attachment_bytes: int
    attachments_per_message: int
    # The most that the files of one customer take, and those of everybody.
    files_bytes_per_customer: int | None
    files_bytes: int | None
    event_retention_days: int | None
    # Hours between two backups, 0 for none.
    backup_hours: int | None
    backups_kept: int | None
    # Where users open the pages, for links to tickets; empty until an admin sets it.
    page_address: str
    # Whether people whom the edge names in `X-Hero-User` become customers by themselves.
    enrol_newcomers: bool | None
    # Whether a mail from an unknown address makes a customer, and the mail servers whose word about a sender counts.
    mail_newcomers: bool | None
    mail_servers: list[str] | None
    # Whether customers see the tags and the assignee of their tickets. Who holds tickets when it changes fetches them.
    share_tags: bool
    share_assignee: bool
    # When the desk is open, in its zone: `09:00-17:30` and the like by day of the week (`mon` to `sun`), always where
    # no day has any; and the days on which it is closed. Targets count open hours alone.
    open_hours: dict[str, list[str]] | None
    time_zone: str | None
    holidays: list[str] | None
    # The tags that have one.
    tag_colours: dict[str, TagColour] | None
    # Of letters to users who have chosen none, such as `fr`. Servers and events of earlier releases have none.
    language: str = "en"


class Rating(Wire):
    """What a customer says of the answer, for the time that the ticket was solved at `solved_at`.

    `agent` is the assignee when it was rated; null to customers.
    """

    noun: Literal["rating"] = "rating"
    ticket_id: TicketId
    solved_at: Millis
    user_id: UserId
    score: Score
    comment: str
    agent: UserId | None
    rated_at: Millis


class Removed(Wire):
    """An object that this reader has lost: the client deletes it, with all that belongs to it.

    The key of a draft is `TICKET/KIND`, and of that of a new ticket `new/reply`.
    """

    noun: Literal["removed"] = "removed"
    of: Literal["canned_reply", "draft", "macro", "ticket", "view"]
    key: str


class ReadMark(Wire):
    """The last message that this reader has read on a ticket, 0 when all of it is unread."""

    noun: Literal["read"] = "read"
    ticket_id: TicketId
    message_id: MessageId


class SavedView(Wire):
    """A filter with a name: private to its owner, or shared with the whole team."""

    noun: Literal["view"] = "view"
    view_id: int
    name: str
    filter: str
    owner: UserId
    shared: bool


class ViewOrder(Wire):
    """The saved views in the order in which this reader has put them; those that are not here follow by name."""

    noun: Literal["view_order"] = "view_order"
    view_ids: list[int]


Record = Annotated[
    CannedReply | DraftMark | Macro | Project | Rating | ReadMark | Removed | SavedView | User | ViewOrder,
    Field(discriminator="noun"),
]
