"""What travels between server and clients: tickets, messages, users and events.

Times are integers: milliseconds since 1970 in UTC. A client must ignore fields that it does not know.
"""

from __future__ import annotations

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.events import Counts, Event, Reset
from hero_assistance_sdk.wire.names import (
    COUNTS,
    PING,
    RESET,
    THREAD_CHANGED,
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
from hero_assistance_sdk.wire.records import ReadMark, Record, Removed, SavedView
from hero_assistance_sdk.wire.tickets import Message, Ticket, User

__all__ = [
    "COUNTS",
    "PING",
    "RESET",
    "THREAD_CHANGED",
    "Counts",
    "Event",
    "EventKind",
    "Message",
    "MessageId",
    "MessageKind",
    "Millis",
    "Priority",
    "ReadMark",
    "Record",
    "Removed",
    "Reset",
    "Role",
    "SavedView",
    "Seq",
    "Status",
    "Ticket",
    "TicketId",
    "User",
    "UserId",
    "Wire",
]
