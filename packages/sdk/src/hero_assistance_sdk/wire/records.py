"""What events carry besides tickets and messages: one class a noun, told apart by `noun`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import MessageKind, Millis, TicketId


class DraftMark(Wire):
    """One's own draft was saved, on this screen or another: `draft.get` has its text.

    The text is not in the event, because events are kept and what was never sent shall not be.
    """

    noun: Literal["draft"] = "draft"
    ticket_id: TicketId | None
    kind: MessageKind
    updated_at: Millis


class Removed(Wire):
    """Something that this reader has no more: forget it, and what hangs on it.

    The key of a draft is `TICKET/KIND`, and of that of a new ticket `new/reply`.
    """

    noun: Literal["removed"] = "removed"
    of: Literal["draft", "ticket"]
    key: str


Record = Annotated[DraftMark | Removed, Field(discriminator="noun")]
