"""Drafts: texts that a user has begun to write, visible to that user alone, on all of their screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, DraftMoved
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.drafts.event_types import DRAFT_DELETED, DRAFT_SAVED
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.timestamps import millis

# More than a person begins by hand.
DRAFTS_LIMIT = 200


class DraftKey(NamedTuple):
    """The author of a draft and what it is for: a reply or note on a ticket, or, without a ticket, a new one."""

    author: wire.UserId
    ticket_id: wire.TicketId | None
    kind: wire.MessageKind

    @property
    def text(self) -> str:
        """The key within its author's drafts."""
        return f"{self.ticket_id or 'new'}/{self.kind.value}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is not sent yet; only that of a new ticket has a title."""

    key: DraftKey
    title: str
    body: str
    updated_at: datetime
    # What it is sent with: the same text from two screens is sent once.
    client_token: str | None = None
    attachment_ids: tuple[wire.AttachmentId, ...] = ()


def next_time(now: datetime, before: Draft | None) -> datetime:
    """Return the time of a draft, which is its version: later than that of the one before."""
    return now if before is None else max(now, before.updated_at + timedelta(milliseconds=1))


def check_version(found: Draft | None, based_on: wire.Millis | None) -> None:
    """Raise `DraftMoved` when a text goes on from another draft than the one that was found; `None` is no check."""
    updated_at = 0 if found is None else millis(found.updated_at)
    if based_on is not None and based_on != updated_at:
        raise DraftMoved(sent=None, updated_at=updated_at)


def save(draft: Draft, others: int) -> AnyChange:
    """Return the change for the author's screens; raises `Conflict` when they have too many `others`."""
    if others >= DRAFTS_LIMIT:
        raise Conflict(
            f"there are {others} drafts already",
            hint="delete or send some of them",
            kind=RefusalKind.DRAFTS_FULL,
            values={"count": others},
        )
    mark = wire.DraftMark(ticket_id=draft.key.ticket_id, kind=draft.key.kind, updated_at=millis(draft.updated_at))
    return Change(DRAFT_SAVED, None, None, _to_author(draft.key), record=mark)


def delete(key: DraftKey) -> AnyChange:
    """Return the change that removes a draft from the author's screens."""
    gone = wire.Removed(of="draft", key=key.text)
    return Change(DRAFT_DELETED, None, None, _to_author(key), record=gone)


def _to_author(key: DraftKey) -> Audience:
    return Audience(Reach.NAMED, frozenset({key.author}))
