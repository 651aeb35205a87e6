"""Wire types of the event stream."""

from __future__ import annotations

from hero_assistance_sdk.wire.base import Wire
from hero_assistance_sdk.wire.names import EventKind, Seq
from hero_assistance_sdk.wire.records import Record
from hero_assistance_sdk.wire.tickets import Message, Ticket


class Event(Wire):
    """A change, with the ticket as it was right after it where it was about one.

    A client sets the ticket, adds or replaces the message by its id, and applies the record by its noun. After a kind
    of which `x-events` of the server's document says `changes_thread`, it fetches the thread again.
    """

    seq: Seq
    kind: EventKind
    ticket: Ticket | None
    message: Message | None
    record: Record | None


class Counts(Wire):
    """The number of tickets in each view of the reading agent, as `view.list` would answer now."""

    counts: dict[str, int]


class Reset(Wire):
    """The server cannot continue from the number asked for: fetch a snapshot; events go on after `seq`."""

    seq: Seq
