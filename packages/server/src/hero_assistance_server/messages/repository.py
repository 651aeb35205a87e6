"""What messages need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from hero_assistance_sdk.wire import MessageId, Millis, TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.tickets.merging.merge_split import Entry


class ThreadPlace(NamedTuple):
    """The place of a message in its thread."""

    created_at: Millis
    message_id: MessageId


# Behind every message there can be: the largest integers of the wire.
BEHIND_ALL = ThreadPlace(Millis(2**63 - 1), MessageId(2**63 - 1))


class MessageRepository(Protocol):
    """The replies and notes of the tickets; `UnitOfWork.apply` writes them.

    The order of a thread is that of the times of its messages, and of their ids where times are the same.
    """

    def find(self, message_id: MessageId) -> Message | None:
        """Return one message, or `None`."""
        ...

    def next_id(self) -> MessageId:
        """Return the id of the next message; only within a unit of work."""
        ...

    def iterate_after(self, ticket_id: TicketId, seen: MessageId, *, notes: bool) -> Iterator[Message]:
        """Yield a ticket's messages behind `seen` in order, each read when it is asked for."""
        ...

    def find_last_seen(self, ticket_id: TicketId, message_id: MessageId, *, notes: bool) -> MessageId:
        """Return this message when it is on the ticket, else the last one of a smaller id, 0 before the first."""
        ...

    def last_time(self, ticket_id: TicketId) -> datetime | None:
        """Return the time of a ticket's last message, or `None`."""
        ...

    def iterate_newest(
        self, ticket_id: TicketId, *, notes: bool, before: ThreadPlace = BEHIND_ALL
    ) -> Iterator[Message]:
        """Yield a ticket's messages before a place, from the last to the first, each read when it is asked for."""
        ...

    def iterate_newest_of(self, ticket_ids: Sequence[TicketId], *, notes: bool) -> list[Iterator[Message]]:
        """Return for each of these tickets its messages from the last to the first, in the order of the tickets."""
        ...

    def list_entries(self, ticket_id: TicketId) -> list[Entry]:
        """Return what merging and splitting know of every message of a ticket, in order."""
        ...
