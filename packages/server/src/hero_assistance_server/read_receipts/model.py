"""How far users have read tickets."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """How far a user has read a ticket (0: no message), and how much of others is unread.

    The text of a ticket that the user has not `opened` is unread too.
    """

    ticket_id: TicketId
    message_id: MessageId
    unread: int
    opened: bool = True


@dataclass(frozen=True, slots=True)
class TicketReader:
    """A user who has read a ticket up to a message."""

    user_id: UserId
    message_id: MessageId
    at: Millis
