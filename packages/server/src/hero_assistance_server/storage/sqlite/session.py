"""One database connection, and the rows that wait to be written on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

if TYPE_CHECKING:
    from hero_assistance_server.storage.sqlite.write_batch import WriteBatch


@dataclass(slots=True)
class Session:
    """Gives a repository the connection, after the waiting rows of the tables it reads are written.

    In a snapshot nothing waits. In a unit of work rows wait in `batch`: a group of commands writes them together;
    a repository chooses by the tables that its statement names. `tests/server/test_read_your_writes.py` fails when
    a statement reads a table that has rows waiting.
    """

    direct: apsw.Connection
    """The connection, for tables of which no row ever waits."""

    batch: WriteBatch | None = None

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
    def writing(self) -> WriteBatch:
        """The batch, for what only a unit of work does; raises `TypeError` in a snapshot."""
        if self.batch is None:
            raise TypeError("a snapshot does not write")
        return self.batch
