"""Identifiers and closed lists of words that travel between server and clients."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

AttachmentId = NewType("AttachmentId", int)
TicketId = NewType("TicketId", int)
MessageId = NewType("MessageId", int)
UserId = NewType("UserId", str)
Seq = NewType("Seq", int)
# Milliseconds since 1970 in UTC.
Millis = NewType("Millis", int)


class Status(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class MessageKind(StrEnum):
    """A reply is for the customer too; a note is for agents only."""

    REPLY = "reply"
    NOTE = "note"


class Role(StrEnum):
    """What a user is in this project."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"


class Level(StrEnum):
    """What somebody does at a ticket."""

    VIEWING = "viewing"
    WRITING = "writing"


class EventKind(StrEnum):
    """What happened; the `event:` line of the stream."""

    DRAFT_DELETED = "draft.deleted"
    DRAFT_SAVED = "draft.saved"
    MACRO_DELETED = "macro.deleted"
    MACRO_SAVED = "macro.saved"
    PROJECT_UPDATED = "project.updated"
    REPLY_DELETED = "reply.deleted"
    REPLY_SAVED = "reply.saved"
    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_MERGED = "ticket.merged"
    TICKET_SPLIT = "ticket.split"
    # A ticket that this reader could not see until now, or can see no more.
    TICKET_SHOWN = "ticket.shown"
    TICKET_HIDDEN = "ticket.hidden"
    MESSAGE_REPLIED = "message.replied"
    MESSAGE_NOTED = "message.noted"
    MESSAGE_EDITED = "message.edited"
    READ_MARKED = "read.marked"
    VIEW_DELETED = "view.deleted"
    VIEW_SAVED = "view.saved"
    USER_DEACTIVATED = "user.deactivated"
    USER_ENROLLED = "user.enrolled"
    USER_REACTIVATED = "user.reactivated"
    USER_UPDATED = "user.updated"


# After one of these the thread of the event's ticket is another: messages came or went that the event does not bring.
THREAD_CHANGED = frozenset({EventKind.TICKET_SHOWN, EventKind.TICKET_MERGED, EventKind.TICKET_SPLIT})

# Lines of the stream that are not events: they have no number, and a reader that was away does not miss them.
CONNECTED = "connected"
PRESENCE = "presence"
PING = "ping"
COUNTS = "counts"
RESET = "reset"
