"""The rows that a group of commands leaves to be written together, before its commit.

Events and audit entries wait until then. So does the list index, the counters and the search index: a ticket that
changes twice is listed and indexed once, a counter that a hundred tickets move is written once, and the search index
gets its documents in one piece. A repository that reads any of it has it written first, so that no command notices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.storage.sql import bulk_insert
from hero_assistance_server.storage.sql.bulk_insert import Rows
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.tickets import list_index
from hero_assistance_server.storage.sql.write_path.settings_cache import SettingsCache
from hero_assistance_server.storage.sql.write_path.ticket_batch import TicketBatch
from hero_assistance_server.tickets.model import Ticket


@dataclass(slots=True)
class Reindexed:
    """A ticket before the first and after the last of some changes; `thread` says that its messages changed as well."""

    before: Ticket | None
    after: Ticket
    thread: bool = False


# Writes the search documents of tickets that changed, where the engine has them in the same transaction.
Indexer = Callable[[Connection, Sequence[Reindexed]], None]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a `WriteBatch` is: where it goes back to together with a savepoint."""

    tickets: bulk_insert.Mark
    rows: bulk_insert.Mark
    changes: int
    reindexed: int
    last_seq: Seq


class WriteBatch:
    """The rows that wait in one transaction of the database; `next_id` is that of tickets, where it is known."""

    def __init__(
        self,
        connection: Connection,
        settings: SettingsCache,
        last_seq: Seq,
        index: Indexer,
        next_id: TicketId | None = None,
    ) -> None:
        self._connection = connection
        self.tickets = TicketBatch(connection, settings, next_id)
        self.rows = Rows()
        self.last_seq = last_seq
        self._index = index
        # List index, counters and search index have the first `_reindexed` of the changes.
        self._changes: list[AnyChange] = []
        self._reindexed = 0
        # Changes of the database that flushing made, no matter in which command.
        self._flushed = 0

    @property
    def change_marker(self) -> tuple[int, ...]:
        """Another value once a command has written something, or left something to be written.

        Flushing what other commands left does not count.
        """
        own = self._connection.total_changes() - self.tickets.flushed - self._flushed
        return own, len(self.tickets), len(self.rows), len(self._changes), self.last_seq

    def next_seq(self) -> Seq:
        """Return the number of the next event."""
        self.last_seq = Seq(self.last_seq + 1)
        return self.last_seq

    def reindex(self, change: AnyChange) -> None:
        """Have the ticket of this change listed, counted and found as it is now."""
        if change.ticket is not None:
            self._changes.append(change)

    def mark(self) -> Mark:
        """Return where to go back to if the savepoint that is being made is rolled back."""
        return Mark(self.tickets.mark(), self.rows.mark(), len(self._changes), self._reindexed, self.last_seq)

    def rollback_to(self, mark: Mark) -> None:
        """Forget what came after the mark, and write again what was written since then."""
        self.tickets.rollback_to(mark.tickets)
        self.rows.rollback_to(mark.rows)
        del self._changes[mark.changes :]
        self._reindexed, self.last_seq = mark.reindexed, mark.last_seq

    def flush(self) -> None:
        """Write everything that waits."""
        self.tickets.flush()
        before = self._connection.total_changes()
        self.rows.flush(self._connection)
        self._reindex()
        self._flushed += self._connection.total_changes() - before

    def _reindex(self) -> None:
        if self._reindexed == len(self._changes):
            return
        changed = _merge(self._changes[self._reindexed :])
        self._reindexed = len(self._changes)
        list_index.move(self._connection, [(one.before, one.after) for one in changed])
        self._index(self._connection, changed)


def _merge(changes: Sequence[AnyChange]) -> list[Reindexed]:
    """Return the tickets of these changes, each once."""
    found: dict[TicketId, Reindexed] = {}
    for change in changes:
        ticket = change.ticket
        if ticket is None:
            continue
        merged = found.get(ticket.ticket_id)
        if merged is None:
            merged = found[ticket.ticket_id] = Reindexed(change.before, ticket)
        merged.after = ticket
        merged.thread = merged.thread or change.message is not None or change.kind.changes_thread
    return list(found.values())
