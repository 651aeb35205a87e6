"""Hand tools of agents, canned replies and macros: who may change which, and who is told."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.wire import CannedReply, Macro, Removed, UserId
from hero_assistance_server.canned_replies.event_types import CANNED_REPLY_DELETED, CANNED_REPLY_SAVED
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import TEAM, AnyChange, Audience, Change, Reach
from hero_assistance_server.macros.event_types import MACRO_DELETED, MACRO_SAVED

# More are not found again in a list.
TOOLS_LIMIT = 500

Tool = CannedReply | Macro


@dataclass(frozen=True, slots=True)
class Sort:
    """What the two sorts of tools differ in, for the stream."""

    saved: EventType
    deleted: EventType


_SORTS = {
    "reply": Sort(CANNED_REPLY_SAVED, CANNED_REPLY_DELETED),
    "macro": Sort(MACRO_SAVED, MACRO_DELETED),
}


def key_of(tool: Tool) -> int:
    """The tool's id among its sort."""
    return tool.reply_id if isinstance(tool, CannedReply) else tool.macro_id


def usable(tool: Tool | None, agent: UserId) -> bool:
    """Whether an agent has this tool: their own, or the team's."""
    return tool is not None and tool.owner in (None, agent)


def save(tool: Tool, *, before: Tool | None, others: list[str]) -> list[AnyChange]:
    """Write a tool beside those with the names of `others`; raises `Conflict`."""
    if tool.name.casefold() in (name.casefold() for name in others):
        raise Conflict(f"there is one named {tool.name!r} already", hint="change that one, or take another name")
    if before is None and len(others) >= TOOLS_LIMIT:
        raise Conflict(f"there are {len(others)} already", hint="delete some of them")
    saved: AnyChange = Change(
        _SORTS[tool.noun].saved, None, None, _audience(tool), record=tool, detail={"name": tool.name}
    )
    withdrawn = before is not None and before.owner is None and tool.owner is not None
    return [*(delete(before) if before and withdrawn else []), saved]


def delete(tool: Tool) -> list[AnyChange]:
    """Tell who had it that it is gone."""
    gone = Removed(of=tool.noun, key=str(key_of(tool)))
    return [Change(_SORTS[tool.noun].deleted, None, None, _audience(tool), record=gone, detail={"name": tool.name})]


def _audience(tool: Tool) -> Audience:
    return TEAM if tool.owner is None else Audience(Reach.NAMED, frozenset({tool.owner}))
