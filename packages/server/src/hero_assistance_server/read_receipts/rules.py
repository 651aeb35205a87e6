"""Read receipts: for each user and ticket one message id, which only that user moves back."""

from __future__ import annotations

from hero_assistance_sdk.wire import MessageId, ReadMark
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.read_receipts.event_types import READ_MARKED
from hero_assistance_server.serializers import last_message_id
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


def mark(*, ticket: Ticket, by: User, before: MessageId, wanted: MessageId, back: bool) -> AnyChange | None:
    """Move the receipt of one user on a ticket, never beyond its last message; `None` when it stays where it is.

    Without `back` it only moves forward: a screen that was asleep takes nothing back. The user's screens are notified.
    """
    reached = min(wanted, last_message_id(ticket, staff=by.is_staff))
    if reached == before or (reached < before and not back):
        return None
    record = ReadMark(ticket_id=ticket.ticket_id, message_id=reached)
    return Change(READ_MARKED, None, None, Audience(Reach.NAMED, frozenset({by.user_id})), record=record)
