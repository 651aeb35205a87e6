"""Events as they are stored and published."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.wire import EventKind, Seq, TicketId, UserId
from hero_assistance_server.events.model import Reach
from hero_assistance_server.tickets.sharing import HiddenField


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with the text that its readers get: everybody within `reach`, and `people`.

    `people` is known of an event that has just been made; one from the storage was asked for by a reader. Customers get
    the team's text without the ticket's `hidden` fields, or a text of their own where more differs.
    """

    seq: Seq
    kind: EventKind
    reach: Reach
    payload: str
    customer_payload: str | None = None
    hidden: tuple[HiddenField, ...] = ()
    people: frozenset[UserId] = frozenset()
    # Where other people see the ticket than before: the customers who see it now.
    seen_by: tuple[TicketId, frozenset[UserId]] | None = None

    def text_for(self, *, staff: bool) -> str:
        """Return what staff or a customer gets."""
        if staff:
            return self.payload
        if self.customer_payload is not None:
            return self.customer_payload
        return without_fields(self.payload, self.hidden) if self.hidden else self.payload


@dataclass(frozen=True, slots=True)
class TeamEvent:
    """An event for the whole team or for everybody, with the text that staff get."""

    seq: Seq
    kind: EventKind
    payload: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events in their order, with the text of each for its reader; with `more`, others follow that had no room."""

    events: list[StoredEvent]
    texts: list[str]
    more: bool


# Data that are put back from an earlier time go on with a number at least so far ahead: between lie the numbers of the
# events that are lost, and clients have them. Erasures leave smaller gaps.
LEFT_OUT = 1000


@dataclass(frozen=True, slots=True)
class EventRange:
    """The numbers of the events that are stored; `first` is `last + 1` when there are none."""

    first: Seq
    last: Seq


def without_fields(payload: str, hidden: Iterable[HiddenField]) -> str:
    """Return an event's text with these fields of its ticket empty."""
    event = json.loads(payload)
    for name in hidden:
        event["ticket"][name] = [] if name == "tags" else None
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
