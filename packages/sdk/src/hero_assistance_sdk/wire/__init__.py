"""The wire types of server and clients: tickets, messages, users and events.

Times are integers: milliseconds since 1970 in UTC. A client must ignore fields that it does not know.
"""

from __future__ import annotations

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.events import Counts, Event, Reset
from hero_assistance_sdk.wire.names import (
    CONNECTED,
    CONTROL,
    COUNTS,
    PING,
    PRESENCE,
    RESET,
    AttachmentId,
    EventKind,
    Level,
    MessageId,
    MessageKind,
    Millis,
    Priority,
    Role,
    Score,
    Seq,
    Status,
    TagColour,
    TicketId,
    UserId,
)
from hero_assistance_sdk.wire.presence import Connected, PresenceChange, Present, TicketPresence
from hero_assistance_sdk.wire.records import (
    CannedReply,
    DraftMark,
    Macro,
    Project,
    Rating,
    ReadMark,
    Record,
    Removed,
    SavedView,
    ViewOrder,
)
from hero_assistance_sdk.wire.tickets import Attachment, LastMessage, ListedTicket, Message, Ticket, TicketSummary, User

__all__ = [
    "CONNECTED",
    "CONTROL",
    "COUNTS",
    "PING",
    "PRESENCE",
    "RESET",
    "Attachment",
    "AttachmentId",
    "CannedReply",
    "Connected",
    "Counts",
    "DraftMark",
    "Event",
    "EventKind",
    "LastMessage",
    "Level",
    "ListedTicket",
    "Macro",
    "Message",
    "MessageId",
    "MessageKind",
    "Millis",
    "PresenceChange",
    "Present",
    "Priority",
    "Project",
    "Rating",
    "ReadMark",
    "Record",
    "Removed",
    "Reset",
    "Role",
    "SavedView",
    "Score",
    "Seq",
    "Status",
    "TagColour",
    "Ticket",
    "TicketId",
    "TicketPresence",
    "TicketSummary",
    "User",
    "UserId",
    "ViewOrder",
    "Wire",
]
