"""What travels between server and clients: tickets, messages, users and events.

Times are integers: milliseconds since 1970 in UTC. A client must ignore fields that it does not know.
"""

from __future__ import annotations

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.events import Event, Reset
from hero_assistance_sdk.wire.names import (
    PING,
    RESET,
    THREAD_CHANGED,
    AttachmentId,
    EventKind,
    MessageId,
    MessageKind,
    Millis,
    Priority,
    Role,
    Seq,
    Status,
    TicketId,
    UserId,
)
from hero_assistance_sdk.wire.records import Record, Removed
from hero_assistance_sdk.wire.tickets import Attachment, Message, Ticket, User

__all__ = [
    "PING",
    "RESET",
    "THREAD_CHANGED",
    "Attachment",
    "AttachmentId",
    "Event",
    "EventKind",
    "Message",
    "MessageId",
    "MessageKind",
    "Millis",
    "Priority",
    "Record",
    "Removed",
    "Reset",
    "Role",
    "Seq",
    "Status",
    "Ticket",
    "TicketId",
    "User",
    "UserId",
    "Wire",
]
