"""What an erasure takes away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hero_assistance_sdk.wire import TicketId


class FilePolicy(StrEnum):
    """What becomes of the files that an erased user has sent."""

    KEEP = "keep"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class TicketErasure:
    """What goes with a ticket: `ticket_ids` are the ticket and those that were merged into it."""

    ticket_ids: tuple[TicketId, ...]
    messages: int
    files: int
    bytes: int
    mails: int


@dataclass(frozen=True, slots=True)
class UserErasure:
    """What is deleted of a user, and, of `tickets` and `messages`, what stays without the name."""

    tickets: int
    messages: int
    files: int
    drafts: int
    sign_ins: int
    letters: int
    mails: int
