"""What the commands of a group leave to be written together, before their commit.

Rows that no command reads again (events, the audit trail) wait until then. So does what is kept beside tickets so that
no list, count or search scans them: a ticket that changes twice is listed and indexed once, a counter that a hundred
tickets move is written once, and the index of words gets them in one piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import apsw

from hero_assistance_sdk.wire import Seq, TicketId
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.storage.sqlite import bulk_insert, events, list_index, search
from hero_assistance_server.storage.sqlite.bulk_insert import Rows
from hero_assistance_server.storage.sqlite.ticket_batch import TicketBatch
from hero_assistance_server.tickets.model import Ticket


@dataclass(slots=True)
class _Moved:
    """A ticket before the first and after the last of some changes; `thread` says that its messages changed as well."""

    before: Ticket | None
    after: Ticket
    thread: bool = False

    @property
    def is_found_otherwise(self) -> bool:
        """Whether the index has something else of it now."""
        return self.thread or self.before is None or search.differs(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a `WriteBatch` is: where it goes back to together with a savepoint."""

    filing: bulk_insert.Mark
    rows: bulk_insert.Mark
    changes: int
    followed: int
    last_seq: Seq


class WriteBatch:
    """What waits in one transaction of the database; whoever reads any of it within the transaction writes it first."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.filing = TicketBatch(connection)
        self.rows = Rows()
        self._last_seq = events.last_seq(connection)
        # Places, tallies and index have followed the first `_followed` of the changes.
        self._changes: list[AnyChange] = []
        self._followed = 0

    @property
    def deeds(self) -> tuple[int, ...]:
        """Another value when a command has written or gathered something of its own.

        To write what others have left is no deed of the command that asks for it.
        """
        own = self._connection.total_changes() - self.filing.changes
        return own, len(self.filing), len(self.rows), len(self._changes), self._last_seq

    def next_seq(self) -> Seq:
        """The number of the next event."""
        self._last_seq = Seq(self._last_seq + 1)
        return self._last_seq

    def follow(self, change: AnyChange) -> None:
        """Have the ticket of this change listed, counted and found as it is now."""
        if change.ticket is not None:
            self._changes.append(change)

    def mark(self) -> Mark:
        """Where to go back to if the savepoint that is being made is rolled back."""
        return Mark(self.filing.mark(), self.rows.mark(), len(self._changes), self._followed, self._last_seq)

    def back_to(self, mark: Mark) -> None:
        """Forget what came after the mark; what was written since then is to be written again."""
        self.filing.back_to(mark.filing)
        self.rows.back_to(mark.rows)
        del self._changes[mark.changes :]
        self._followed, self._last_seq = mark.followed, mark.last_seq

    def write(self) -> None:
        """Write what waits."""
        self.filing.settle()
        self.rows.write(self._connection)
        moved = _moved(self._changes[self._followed :])
        self._followed = len(self._changes)
        list_index.move(self._connection, [(one.before, one.after) for one in moved])
        search.index(self._connection, [one.after for one in moved if one.is_found_otherwise])


def _moved(changes: Sequence[AnyChange]) -> list[_Moved]:
    """The tickets of these changes, each once."""
    found: dict[TicketId, _Moved] = {}
    for change in changes:
        ticket = change.ticket
        if ticket is None:
            continue
        moved = found.get(ticket.ticket_id)
        if moved is None:
            moved = found[ticket.ticket_id] = _Moved(change.before, ticket)
        moved.after = ticket
        moved.thread = moved.thread or change.message is not None or change.kind.changes_thread
    return list(found.values())
