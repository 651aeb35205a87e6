"""What one command works with inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.core.model import AnyChange
from hero_assistance_server.core.policy import Caller
from hero_assistance_server.store import attachments, audit, events, messages, tickets
from hero_assistance_server.store.events import StoredEvent
from hero_assistance_server.store.gathered import Gathered

# What somebody does for themselves alone, many times a minute, is no deed.
_NO_DEEDS = frozenset({EventKind.DRAFT_DELETED, EventKind.DRAFT_SAVED})


@dataclass(slots=True)
class Transaction:
    """The writing connection, the time of the command, and the events it makes."""

    connection: apsw.Connection
    now: datetime
    # What is written with the commit, of this command and of those before it in its group.
    gathered: Gathered
    events: list[StoredEvent] = field(default_factory=list)
    # Called in the loop once this is committed, before anybody is told: what memory has of the database follows it.
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def settled(self) -> apsw.Connection:
        """The connection, for who reads what is gathered: events and audit trail, places, listings, tallies, index."""
        self.gathered.write()
        return self.connection

    def apply(self, change: AnyChange, by: Caller) -> Seq:
        """Write the change's rows, its audit entry and its event; returns the event's number."""
        db, ticket = self.connection, change.ticket
        if ticket is not None and ticket != change.before:
            tickets.save(db, ticket)
            tickets.note_status(self.gathered.rows, change.before, ticket, by.user, self.now)
            if change.before is None:
                attachments.use(db, ticket.attachments, ticket_id=ticket.ticket_id)
        if ticket is not None and change.moved:
            messages.move(db, change.moved, ticket.ticket_id)
        if change.message is not None:
            messages.save(db, change.message)
            attachments.use(db, change.message.attachments, message_id=change.message.message_id)
        self.gathered.follow(change)
        if change.kind not in _NO_DEEDS:
            self._record(change, by)
        return self.tell(change)

    def tell(self, change: AnyChange) -> Seq:
        """Write the change's event alone: for what is one person's own, and no deed that others ask for later."""
        event = events.add(self.gathered.rows, change, self.gathered.next_seq(), self.now)
        self.events.append(event)
        return event.seq

    def note(self, action: str, by: Caller, detail: Mapping[str, str]) -> None:
        """Write a deed of which nobody is told."""
        audit.add(self.gathered.rows, action, by, self.now, detail=detail)

    @contextmanager
    def part(self) -> Iterator[None]:
        """All or nothing of what is done within, whatever becomes of the rest of the command."""
        events, mark = len(self.events), self.gathered.mark()
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            # After an error of the disk SQLite may have ended the whole transaction, and the savepoint with it.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO part")
                self.connection.execute("RELEASE part")
            del self.events[events:]
            self.gathered.back_to(mark)
            raise
        self.connection.execute("RELEASE part")

    def _record(self, change: AnyChange, by: Caller) -> None:
        audit.add(
            self.gathered.rows,
            change.kind.value,
            by,
            self.now,
            ticket_id=change.ticket.ticket_id if change.ticket else None,
            message_id=change.message.message_id if change.message else None,
            detail=change.detail,
        )
