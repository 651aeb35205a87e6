"""Follows the audit trail: decides what is to be told to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.notifications.model import NoteworthyEntry, PendingNotification, Receiver
from hero_assistance_server.notifications.rules import choose_receivers, due_at, wants
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.time_zones import zone_for
from hero_assistance_server.users.model import User

# Entries that are looked at in one piece.
PORTION = 200

_log = get_log("notifications")

# Whether a user has a ticket on a screen now.
OnScreen = Callable[[UserId, TicketId], bool]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be told, how far the audit trail was followed, and whether a screen made a letter needless."""

    pending: tuple[PendingNotification, ...]
    reached: int
    suppressed: bool = False
    more: bool = False


def decide(snapshot: Snapshot, after: int, now: datetime, is_on_screen: OnScreen) -> Decision:
    """Look at the entries behind `after`, as many as fit into a portion."""
    subscribers = snapshot.notifications.list_subscribers()
    entries, reached = snapshot.notifications.list_noteworthy(after, PORTION, new_tickets=bool(subscribers))
    pending: list[PendingNotification] = []
    suppressed = False
    for entry in entries:
        ticket = snapshot.tickets.find(entry.ticket_id)
        for receiver in choose_receivers(entry, ticket, subscribers) if ticket else ():
            one = _try_to_pending(snapshot, entry, receiver, now)
            if one is None:
                continue
            if is_on_screen(one.user_id, one.ticket_id):
                suppressed = True
            else:
                pending.append(one)
    return Decision(tuple(pending), reached, suppressed, more=len(entries) == PORTION)


def find_reachable(snapshot: Snapshot, user_id: UserId, ticket_id: TicketId) -> User | None:
    """Return a user who can get letters about a ticket: active, with an address, who sees it and has not muted it."""
    user, ticket = snapshot.users.find(user_id), snapshot.tickets.find(ticket_id)
    if user is None or ticket is None or not user.active or not user.email or not Caller(user).sees(ticket):
        return None
    return None if snapshot.notifications.is_muted(user_id, ticket_id) else user


def _try_to_pending(
    snapshot: Snapshot, entry: NoteworthyEntry, receiver: Receiver, now: datetime
) -> PendingNotification | None:
    """Leave out a receiver of whom something cannot be read: the others are told."""
    try:
        return _to_pending(snapshot, entry, receiver, now)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        _log.error("notifications.left-out", user=receiver.user_id, ticket=entry.ticket_id, exc_info=error)
        return None


def _to_pending(
    snapshot: Snapshot, entry: NoteworthyEntry, receiver: Receiver, now: datetime
) -> PendingNotification | None:
    user = find_reachable(snapshot, receiver.user_id, entry.ticket_id)
    if user is None:
        return None
    settings = snapshot.notifications.settings_of(receiver.user_id)
    if not wants(settings, receiver.reason):
        return None
    due = due_at(now, settings, zone_for(settings.time_zone, user))
    return PendingNotification(receiver.user_id, entry.ticket_id, receiver.reason, entry.actor, entry.message_id, due)
