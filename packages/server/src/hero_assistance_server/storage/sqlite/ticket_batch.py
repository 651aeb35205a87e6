"""The new tickets of a group: filed one after another without a question to the database, and written together.

Each statement lets go of the interpreter's lock and waits for it again beside a loop that is busy, for up to the 5 ms
that the loop may keep it. What tickets are filed with is therefore asked once for a run of them, and their rows are one
statement: a run ends where a command asks for the connection, because it may read tickets, or change what they get.
"""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sqlite import project, tickets
from hero_assistance_server.storage.sqlite.bulk_insert import Mark, Rows
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Targets


class TicketBatch:
    """The tickets that wait to be written, and what the next one is filed with."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows = Rows()
        self._next_id: TicketId | None = None
        self._targets: Targets | None = None
        # Changes of the database that were made for who waited, whoever's turn it was.
        self.changes = 0

    def __len__(self) -> int:
        return len(self._rows)

    def next_id(self) -> TicketId:
        """The id of the next ticket."""
        if self._next_id is None:
            # After a command that failed, tickets of those before it may wait.
            self._write()
            self._next_id = tickets.next_id(self._connection)
        return self._next_id

    def targets(self) -> Targets:
        """How soon its first answer is promised."""
        if self._targets is None:
            self._targets = project.targets(self._connection)
        return self._targets

    def add(self, ticket: Ticket) -> None:
        """Have a new ticket written."""
        self._rows.add(tickets.FILE, tickets.row(ticket))
        self._next_id = TicketId(ticket.ticket_id + 1)

    def settle(self) -> None:
        """Write what waits, and ask anew before the next ticket."""
        self._write()
        self._next_id = self._targets = None

    def mark(self) -> Mark:
        """Where `back_to` returns to."""
        return self._rows.mark()

    def back_to(self, mark: Mark) -> None:
        """Forget what came after the mark; what was written since then is to be written again."""
        self._rows.back_to(mark)
        self._next_id = self._targets = None

    def _write(self) -> None:
        before = self._connection.total_changes()
        self._rows.write(self._connection)
        self.changes += self._connection.total_changes() - before
