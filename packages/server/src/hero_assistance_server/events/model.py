"""A change to the data of a project, and the audience that is notified of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from hero_assistance_sdk.wire import MessageId, Record, TicketId, UserId
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.messages.model import Message
from hero_assistance_server.tickets.model import Ticket


class Reach(StrEnum):
    """The audience in addition to the named users."""

    NAMED = "named"
    STAFF = "staff"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Audience:
    """The receivers of an event: everyone within `reach`, and `people`."""

    reach: Reach = Reach.STAFF
    people: frozenset[UserId] = frozenset()


# The whole team alone.
TEAM = Audience()

M = TypeVar("M", bound=Message | None, covariant=True)
T = TypeVar("T", bound=Ticket | None, covariant=True)


@dataclass(frozen=True)
class Change(Generic[T, M]):
    """The writes of one command, and their audience.

    `before` is the ticket as it was, `ticket` as it is afterwards; `message` is added, or replaced when it was there;
    `moved` are messages that now belong to `ticket`; with `opening_of`, `message` is the text of that ticket, which is
    merged into it. `detail` is what the audit trail keeps next to the ids, as texts.
    """

    kind: EventType
    ticket: T
    message: M
    audience: Audience
    before: Ticket | None = None
    moved: tuple[MessageId, ...] = ()
    opening_of: TicketId | None = None
    record: Record | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


AnyChange = Change[Ticket | None, Message | None]
