"""Read receipts: for each user and ticket one message id, which only that user moves back."""

from __future__ import annotations

from hero_assistance_sdk.wire import MessageId, ReadMark, TicketId
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.read_receipts.event_types import READ_MARKED
from hero_assistance_server.users.model import User


def mark(ticket_id: TicketId, message_id: MessageId, by: User) -> AnyChange:
    """Return the change that says to the user's screens how far the user has read a ticket."""
    record = ReadMark(ticket_id=ticket_id, message_id=message_id)
    return Change(READ_MARKED, None, None, Audience(Reach.NAMED, frozenset({by.user_id})), record=record)
