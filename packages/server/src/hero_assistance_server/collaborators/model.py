"""A ticket that is shared with an address, whose user has not joined it yet."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, TicketId, UserId


@dataclass(frozen=True, slots=True)
class GuestInvitation:
    """Who shares which ticket with an address, and since when."""

    address: str
    ticket_id: TicketId
    invited_by: UserId
    invited_at: Millis
