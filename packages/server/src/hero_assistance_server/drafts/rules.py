"""Drafts: what somebody has begun to write, theirs alone, on all of their screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict
from hero_assistance_server.drafts.event_types import DRAFT_DELETED, DRAFT_SAVED
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.timestamps import millis

# More are not begun by hand.
DRAFTS_LIMIT = 200


class DraftKey(NamedTuple):
    """Whose draft of what; without a ticket it is of a new one."""

    author: wire.UserId
    ticket_id: wire.TicketId | None
    kind: wire.MessageKind

    @property
    def text(self) -> str:
        """The key within its author's drafts."""
        return f"{self.ticket_id or 'new'}/{self.kind.value}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is not sent; the title is that of a new ticket, else empty."""

    key: DraftKey
    title: str
    body: str
    updated_at: datetime


def saved(draft: Draft, others: int) -> AnyChange:
    """Tell the author's screens of a draft beside `others` of theirs; raises `Conflict` when they are too many."""
    if others >= DRAFTS_LIMIT:
        raise Conflict(f"there are {others} drafts already", hint="delete or send some of them")
    mark = wire.DraftMark(ticket_id=draft.key.ticket_id, kind=draft.key.kind, updated_at=millis(draft.updated_at))
    return Change(DRAFT_SAVED, None, None, _author(draft.key), record=mark)


def deleted(key: DraftKey) -> AnyChange:
    """Tell the author's screens that a draft is gone, because it was sent or is not wanted."""
    gone = wire.Removed(of="draft", key=key.text)
    return Change(DRAFT_DELETED, None, None, _author(key), record=gone)


def _author(key: DraftKey) -> Audience:
    return Audience(Reach.NAMED, frozenset({key.author}))
