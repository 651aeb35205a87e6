"""What travels between server and clients: tickets, messages, users and events.

Times are integers: milliseconds since 1970 in UTC. A client must ignore fields that it does not know.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from pydantic import BaseModel, ConfigDict

TicketId = NewType("TicketId", int)
MessageId = NewType("MessageId", int)
UserId = NewType("UserId", str)
Seq = NewType("Seq", int)
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


class EventKind(StrEnum):
    """What happened; the `event:` line of the stream."""

    TICKET_CREATED = "ticket.created"
    MESSAGE_REPLIED = "message.replied"
    MESSAGE_NOTED = "message.noted"


# Lines of the stream that are not events: they carry no change.
PING = "ping"
RESET = "reset"


class Wire(BaseModel):
    """The base of what travels: every field is always there."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_serialization_defaults_required=True)


class User(Wire):
    """A person of this project."""

    user_id: UserId
    name: str
    role: Role


class Ticket(Wire):
    """A ticket as the one who asks may see it: what notes add, a customer is not shown."""

    ticket_id: TicketId
    title: str
    body: str
    status: Status
    priority: Priority
    tags: list[str]
    customer: UserId
    customer_name: str
    created_at: Millis
    updated_at: Millis
    message_count: int


class Message(Wire):
    """A reply or a note on a ticket."""

    message_id: MessageId
    ticket_id: TicketId
    kind: MessageKind
    author: UserId
    author_name: str
    body: str
    created_at: Millis


class Event(Wire):
    """A change, with the ticket as it was right after it."""

    seq: Seq
    kind: EventKind
    ticket: Ticket
    message: Message | None


class Reset(Wire):
    """The server cannot continue from the number asked for: fetch a snapshot; events go on after `seq`."""

    seq: Seq
