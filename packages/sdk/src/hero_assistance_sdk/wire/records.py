"""What events carry besides tickets and messages: one class a noun, told apart by `noun`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import MessageId, TicketId, UserId


class Removed(Wire):
    """Something that this reader has no more: forget it, and what hangs on it."""

    noun: Literal["removed"] = "removed"
    of: Literal["ticket", "view"]
    key: str


class ReadMark(Wire):
    """The last message that this reader has read on a ticket, 0 when all of it is unread."""

    noun: Literal["read"] = "read"
    ticket_id: TicketId
    message_id: MessageId


class SavedView(Wire):
    """A name for a filter: its owner's alone, or shared with the whole team."""

    noun: Literal["view"] = "view"
    view_id: int
    name: str
    filter: str
    owner: UserId
    shared: bool


Record = Annotated[ReadMark | Removed | SavedView, Field(discriminator="noun")]
