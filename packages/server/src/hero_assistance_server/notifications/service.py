"""Reads and changes what users set of their notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.notifications.unsubscribe import find_key, read_token
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.visibility import visible_ticket

# What only agents are notified of.
_OF_STAFF = frozenset({"answers", "assignments", "mentions", "new_tickets", "new_ticket_tags"})


def configure(
    work: UnitOfWork, caller: Caller, chosen: Mapping[str, Any], *, quiet: bool | None
) -> NotificationSettings:
    """Set some of the caller's settings; `quiet` is false for no quiet hours. Raises `Forbidden` or `Conflict`."""
    user = caller.known()
    if not user.is_staff and (wrong := sorted(_OF_STAFF & chosen.keys())):
        raise Forbidden(f"{wrong[0]} is a setting of the team", kind=RefusalKind.TEAM_ONLY)
    changes = dict(chosen)
    if quiet is False:
        changes |= {"quiet_from": None, "quiet_until": None}
    if "new_ticket_tags" in changes:
        changes["new_ticket_tags"] = tuple(dict.fromkeys(changes["new_ticket_tags"]))
    after = replace(work.notifications.settings_of(user.user_id), **changes)
    if (after.quiet_from is None) != (after.quiet_until is None):
        raise Conflict(
            "quiet hours have a beginning and an end",
            hint="set quiet_from and quiet_until",
            kind=RefusalKind.QUIET_HOURS_HALF,
        )
    work.notifications.save_settings(user.user_id, after)
    return after


def mute_ticket(work: UnitOfWork, caller: Caller, ticket_id: TicketId, *, muted: bool) -> bool:
    """Mute a ticket for the caller, or no longer; returns whether that is a change. Raises `NotFound`."""
    visible_ticket(work, caller, ticket_id)
    return work.notifications.mute(caller.known().user_id, ticket_id, muted=muted)


def unsubscribe(work: UnitOfWork, token: str) -> bool:
    """Mute the ticket of a letter for the user it went to; false for a token that is none of ours."""
    key = find_key(work)
    found = read_token(key, token) if key else None
    if found is None or work.tickets.find(found[0]) is None or work.users.find(found[1]) is None:
        return False
    work.notifications.mute(found[1], found[0], muted=True)
    return True
