"""The rules that canned replies and macros share: each belongs to one agent, or to the team, who may all change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import Taken
from hero_assistance_sdk.wire import CannedReply, Macro, Removed, UserId
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import TEAM, AnyChange, Audience, Change, Reach

# More are not found again in a list.
ITEMS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class ItemEvents:
    """The event types of one noun."""

    saved: EventType
    deleted: EventType


def is_usable(item: CannedReply | Macro, agent: UserId | None) -> bool:
    """Return whether an agent may use and change it: their own, or the team's; `None` is no agent."""
    return item.owner in (None, agent)


def save_changes(
    item: CannedReply | Macro,
    key: int,
    events: ItemEvents,
    *,
    before: CannedReply | Macro | None,
    other_names: Sequence[str],
) -> list[AnyChange]:
    """Return the changes of a save; raises `Conflict` for a name that another one has, or for one too many."""
    if item.name.casefold() in (name.casefold() for name in other_names):
        hint = "change that one, or take another name"
        raise Taken("name", item.name, f"there is one named {item.name!r} already", hint=hint)
    if before is None and len(other_names) >= ITEMS_LIMIT:
        raise Conflict(
            f"there are {len(other_names)} already",
            hint="delete some of them",
            kind=RefusalKind.STORED_TEXTS_FULL,
            values={"count": len(other_names)},
        )
    saved: AnyChange = Change(events.saved, None, None, _audience(item), record=item, detail={"name": item.name})
    is_withdrawn = before is not None and before.owner is None and item.owner is not None
    return [delete_change(before, key, events), saved] if before and is_withdrawn else [saved]


def delete_change(item: CannedReply | Macro, key: int, events: ItemEvents) -> AnyChange:
    """Return the change that removes it from the screens of those who had it."""
    removed = Removed(of=item.noun, key=str(key))
    return Change(events.deleted, None, None, _audience(item), record=removed, detail={"name": item.name})


def _audience(item: CannedReply | Macro) -> Audience:
    return TEAM if item.owner is None else Audience(Reach.NAMED, frozenset({item.owner}))
