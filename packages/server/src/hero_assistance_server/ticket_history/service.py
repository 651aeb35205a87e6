"""Reads the history of a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.ticket_history.rules import ACTIONS, REPLIED, TicketChange, changes_of
from hero_assistance_server.tickets.visibility import visible_ticket


def iterate_changes(snapshot: Snapshot, caller: Caller, ticket_id: TicketId, before: int) -> Iterator[TicketChange]:
    """Yield a ticket's changes before one, the newest first; raises `NotFound`."""
    visible_ticket(snapshot, caller, ticket_id)
    entries = snapshot.audit.iterate_of_ticket(ticket_id, before, ACTIONS, with_detail=REPLIED)
    return changes_of(entries, staff=caller.is_staff)


def names_of(snapshot: Snapshot, changes: Iterable[TicketChange]) -> dict[UserId, str]:
    """Return the names of the users that the changes name."""
    found: dict[UserId, str] = {}
    for user_id in dict.fromkeys(user_id for change in changes for user_id in change.users()):
        user = snapshot.users.find(user_id)
        if user is not None:
            found[user_id] = user.name
    return found
