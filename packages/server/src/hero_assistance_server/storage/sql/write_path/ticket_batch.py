"""The new tickets of a group of commands, which are written together.

Each statement releases the interpreter's lock and waits for it again while the event loop is busy, for up to the 5 ms
that the loop may keep it. What a new ticket needs is therefore read once for a group, and the rows are one statement.
"""

from __future__ import annotations

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.bulk_insert import Mark, Rows
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sql.write_path.settings_cache import SettingsCache
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets


class TicketBatch:
    """The tickets that wait to be written, and what the next one needs: its id, and the response targets."""

    def __init__(self, connection: Connection, settings: SettingsCache, next_id: TicketId | None) -> None:
        self._connection = connection
        self._rows = Rows()
        self._next_id = next_id
        self._settings = settings
        # Changes of the database that flushing made, no matter in which command.
        self.flushed = 0

    def __len__(self) -> int:
        return len(self._rows)

    def next_id(self) -> TicketId:
        """Return the id of the next ticket."""
        if self._next_id is None:
            # After a command that failed, tickets of the commands before it may wait.
            self.flush()
            self._next_id = tickets.next_id(self._connection)
        return self._next_id

    def response_targets(self) -> Targets:
        """Return how soon first answers are promised."""
        return self._settings.targets()

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work."""
        return self._settings.sharing()

    def forget_settings(self) -> None:
        """Have the settings read again: they changed."""
        self._settings.clear()

    def add(self, ticket: Ticket) -> None:
        """Have a new ticket written."""
        self._rows.add(tickets.INSERT, tickets.encode_row(ticket))
        self._next_id = TicketId(ticket.ticket_id + 1)

    def flush(self) -> None:
        """Write the tickets that wait."""
        before = self._connection.total_changes()
        self._rows.flush(self._connection)
        self.flushed += self._connection.total_changes() - before

    def mark(self) -> Mark:
        """Return where `rollback_to` goes back to."""
        return self._rows.mark()

    def rollback_to(self, mark: Mark) -> None:
        """Forget the tickets after the mark, and write again what was written since then."""
        self._rows.rollback_to(mark)
        self._next_id = None
        self._settings.clear()
