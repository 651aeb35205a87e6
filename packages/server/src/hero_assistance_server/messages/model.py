"""A message of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import MessageId, MessageKind, Status, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment


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


@dataclass(frozen=True, slots=True)
class ReplyOptions:
    """What goes with a reply: the last message that its author has seen, and the status that they set by it."""

    last_seen: MessageId | None = None
    status: Status | None = None


def up_to_characters(messages: Iterable[Message], limit: int) -> Iterator[Message]:
    """Yield the first messages that have at most `limit` characters together."""
    for message in messages:
        limit -= len(message.body)
        if limit < 0:
            return
        yield message
