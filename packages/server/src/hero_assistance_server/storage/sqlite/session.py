"""One database connection, and the rows that wait to be written on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import apsw

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets


class PendingTickets(Protocol):
    """New tickets that wait, and what the next one needs."""

    def next_id(self) -> TicketId:
        """Return the id of the next ticket."""
        ...

    def response_targets(self) -> Targets:
        """Return how soon first answers are promised."""
        ...

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work."""
        ...

    def flush(self) -> None:
        """Write the tickets that wait."""
        ...


class PendingWrites(Protocol):
    """Rows that wait until a repository reads their tables, or until the commit."""

    @property
    def tickets(self) -> PendingTickets:
        """The new tickets among them."""
        ...

    @property
    def last_seq(self) -> Seq:
        """The number of the last event, which may wait."""
        ...

    def flush(self) -> None:
        """Write everything that waits."""
        ...


@dataclass(slots=True)
class Session:
    """Gives a repository the connection, after the waiting rows of the tables it reads are written.

    In a snapshot nothing waits. In a unit of work rows wait in `batch`: a group of commands writes them together;
    a repository chooses by the tables that its statement names. `tests/server/test_read_your_writes.py` fails when
    a statement reads a table that has rows waiting.
    """

    direct: apsw.Connection
    """The connection, for tables of which no row ever waits."""

    batch: PendingWrites | None = None

    @property
    def with_tickets(self) -> apsw.Connection:
        """The connection once new tickets are written."""
        if self.batch is not None:
            self.batch.tickets.flush()
        return self.direct

    @property
    def complete(self) -> apsw.Connection:
        """The connection once everything is written: events, audit entries, list indexes, counters, search index."""
        if self.batch is not None:
            self.batch.flush()
        return self.direct

    @property
    def pending(self) -> PendingWrites:
        """What waits, for what only a unit of work does; raises `TypeError` in a snapshot."""
        if self.batch is None:
            raise TypeError("a snapshot does not write")
        return self.batch
