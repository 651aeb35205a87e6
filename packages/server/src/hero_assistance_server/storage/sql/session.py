"""What a repository asks for: the connection, after the rows that wait for the tables it reads are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.storage.sql.connection import Bindings, Connection
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets

C = TypeVar("C", bound=Connection)


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

    def forget_settings(self) -> None:
        """Have the settings read again: they changed."""
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


class StorageSession(Protocol):
    """The connection of one snapshot or unit of work.

    In a snapshot nothing waits. In a unit of work rows wait in `batch`: a group of commands writes them together; a
    repository chooses by the tables that its statement names. `tests/server/test_read_your_writes.py` fails when a
    statement reads a table that has rows waiting.
    """

    @property
    def direct(self) -> Connection:
        """The connection, for tables of which no row ever waits."""
        ...

    @property
    def batch(self) -> PendingWrites | None:
        """What waits; nothing in a snapshot."""
        ...

    @property
    def with_tickets(self) -> Connection:
        """The connection once new tickets are written."""
        ...

    @property
    def complete(self) -> Connection:
        """The connection once everything is written: events, audit entries, list indexes, counters, search index."""
        ...

    @property
    def pending(self) -> PendingWrites:
        """What waits, for what only a unit of work does; raises `TypeError` in a snapshot."""
        ...

    def last_id(self, table: str) -> int:
        """Return the last id that a table with AUTOINCREMENT ever gave, 0 before the first."""
        ...

    def walk(self, connection: Any, statement: str, bindings: Bindings) -> Iterator[Any]:
        """Return the rows of a statement without a limit, each read when it is asked for.

        The statement ends with an order in which no two rows are alike.
        """
        ...


@dataclass(slots=True)
class SqlSession(Generic[C]):
    """The part of a `StorageSession` that is the same in every engine; `C` is the engine's own connection."""

    direct: C
    """The connection, for tables of which no row ever waits."""

    batch: PendingWrites | None = None

    @property
    def with_tickets(self) -> C:
        """The connection once new tickets are written."""
        if self.batch is not None:
            self.batch.tickets.flush()
        return self.direct

    @property
    def complete(self) -> C:
        """The connection once everything is written."""
        if self.batch is not None:
            self.batch.flush()
        return self.direct

    @property
    def pending(self) -> PendingWrites:
        """What waits, for what only a unit of work does; raises `TypeError` in a snapshot."""
        if self.batch is None:
            raise TypeError("a snapshot does not write")
        return self.batch
