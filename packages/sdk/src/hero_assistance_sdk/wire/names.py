"""Identifiers and closed lists of words that travel between server and clients."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

AttachmentId = NewType("AttachmentId", int)
TicketId = NewType("TicketId", int)
MessageId = NewType("MessageId", int)
UserId = NewType("UserId", str)
Seq = NewType("Seq", int)
# What happened, such as `ticket.created`: the `event:` line of the stream; `x-events` of the document lists them.
EventKind = NewType("EventKind", str)
# Milliseconds since 1970 in UTC.
Millis = NewType("Millis", int)


class Status(StrEnum):
    """The state of a ticket."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    SOLVED = "solved"
    CLOSED = "closed"


class Score(StrEnum):
    """What a customer says of an answer."""

    GOOD = "good"
    BAD = "bad"


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class TagColour(StrEnum):
    """In which colour the pages show a tag; what it looks like is theirs, in each theme."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    TEAL = "teal"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"


class MessageKind(StrEnum):
    """A reply is for the customer too; a note is for agents only."""

    REPLY = "reply"
    NOTE = "note"


class Role(StrEnum):
    """The role of a user in this project."""

    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"


class Level(StrEnum):
    """What a user does at a ticket."""

    VIEWING = "viewing"
    WRITING = "writing"


# Transient events of the stream: they have no number and are not sent again after a lost connection.
CONNECTED = "connected"
PRESENCE = "presence"
PING = "ping"
COUNTS = "counts"
RESET = "reset"
CONTROL = frozenset({CONNECTED, PRESENCE, PING, COUNTS, RESET})
