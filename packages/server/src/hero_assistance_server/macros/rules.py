"""The changes that saving and deleting macros make, and what a macro sets on a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Macro, Status
from hero_assistance_server.canned_replies.ownership import ItemEvents, delete_change, save_changes
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.macros.event_types import MACRO_DELETED, MACRO_SAVED
from hero_assistance_server.tickets.ticket_update import UNSET, Patch, Unset
from hero_assistance_server.users.model import User

# What a macro can do, by the fields of it.
ACTIONS = ("status", "priority", "assign", "assignee", "add_tags", "remove_tags", "follow", "note", "reply")
_EVENTS = ItemEvents(MACRO_SAVED, MACRO_DELETED)


def check_actions(
    *, status: Status | None, snooze_minutes: int | None, assign: str | None, assignee: str | None
) -> None:
    """Raise `Conflict` for actions that exclude each other."""
    if (status is Status.SNOOZED) is (snooze_minutes is None):
        raise Conflict(
            "the status snoozed and snooze_minutes go together",
            hint="set both or neither",
            kind=RefusalKind.PARAMS_DISAGREE,
        )
    if assign is not None and assignee is not None:
        raise Conflict("assign and assignee exclude each other", kind=RefusalKind.PARAMS_DISAGREE)


def check_does_something(macro: Macro) -> None:
    """Raise `Conflict` for a macro without an action."""
    if not any(getattr(macro, name) for name in ACTIONS):
        raise Conflict(
            "this macro does nothing",
            hint=f"give it at least one of {', '.join(ACTIONS)}",
            kind=RefusalKind.MACRO_EMPTY,
        )


def save(macro: Macro, *, before: Macro | None, other_names: Sequence[str]) -> list[AnyChange]:
    """Save a macro, where the agent has others with these names; raises `Conflict`."""
    return save_changes(macro, macro.macro_id, _EVENTS, before=before, other_names=other_names)


def delete(macro: Macro) -> AnyChange:
    """Delete a macro."""
    return delete_change(macro, macro.macro_id, _EVENTS)


def patch_of(macro: Macro, *, agent: User, assignee: User | None, now: datetime) -> Patch:
    """Return what a macro sets when `agent` runs it; `assignee` is the user that it names."""
    assigned: User | Unset | None = UNSET
    if macro.assign is not None:
        assigned = agent if macro.assign == "me" else None
    elif assignee is not None:
        assigned = assignee
    minutes = macro.snooze_minutes
    return Patch(
        priority=UNSET if macro.priority is None else macro.priority,
        status=UNSET if macro.status is None else macro.status,
        snoozed_until=UNSET if minutes is None else now + timedelta(minutes=minutes),
        assignee=assigned,
        add_tags=tuple(macro.add_tags),
        remove_tags=tuple(macro.remove_tags),
    )
