"""The changes that canned replies make."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.wire import CannedReply
from hero_assistance_server.canned_replies.event_types import CANNED_REPLY_DELETED, CANNED_REPLY_SAVED
from hero_assistance_server.canned_replies.ownership import ItemEvents, delete_change, save_changes
from hero_assistance_server.events.model import AnyChange

_EVENTS = ItemEvents(CANNED_REPLY_SAVED, CANNED_REPLY_DELETED)


def save(reply: CannedReply, *, before: CannedReply | None, other_names: Sequence[str]) -> list[AnyChange]:
    """Save a canned reply, where the agent has others with these names; raises `Conflict`."""
    return save_changes(reply, reply.canned_reply_id, _EVENTS, before=before, other_names=other_names)


def delete(reply: CannedReply) -> AnyChange:
    """Delete a canned reply."""
    return delete_change(reply, reply.canned_reply_id, _EVENTS)
