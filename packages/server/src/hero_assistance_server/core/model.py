"""Tickets, messages, events and their audience, as the server knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from hero_assistance_sdk.wire import (
    EventKind,
    MessageId,
    MessageKind,
    Priority,
    Role,
    Status,
    TicketId,
    UserId,
)


@dataclass(frozen=True, slots=True)
class User:
    """A person of this project."""

    user_id: UserId
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket with what every audience sees of it.

    Notes move `updated_at` and `note_count`; what the customer is shown stands in `public_updated_at` and
    `reply_count`, so that a note leaves no trace there.
    """

    ticket_id: TicketId
    title: str
    body: str
    status: Status
    priority: Priority
    tags: tuple[str, ...]
    customer: UserId
    customer_name: str
    created_at: datetime
    updated_at: datetime
    public_updated_at: datetime
    reply_count: int = 0
    note_count: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A reply or a note."""

    message_id: MessageId
    ticket_id: TicketId
    kind: MessageKind
    author: UserId
    author_name: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told: every agent, and this customer where there is one."""

    customer: UserId | None


M = TypeVar("M", bound=Message | None, covariant=True)


@dataclass(frozen=True)
class Change(Generic[M]):
    """What one command writes: the ticket as it is afterwards, the message it adds, and who is told."""

    kind: EventKind
    ticket: Ticket
    message: M
    audience: Audience
