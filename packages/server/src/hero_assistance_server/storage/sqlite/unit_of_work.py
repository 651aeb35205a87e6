"""What one command works with inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import apsw

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite import attachments, audit, events, messages, tickets
from hero_assistance_server.storage.sqlite.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sqlite.drafts import SqliteDrafts
from hero_assistance_server.storage.sqlite.events import StoredEvent
from hero_assistance_server.storage.sqlite.snapshot import SqliteSnapshot
from hero_assistance_server.storage.sqlite.ticket_batch import TicketBatch
from hero_assistance_server.storage.sqlite.write_batch import WriteBatch
from hero_assistance_server.tickets.model import Ticket


@dataclass(slots=True)
class SqliteUnitOfWork(SqliteSnapshot):
    """The writing connection, the time of the command, and the events it makes."""

    now: datetime
    authors: DraftAuthorCache
    encoder: Encoder = field(default_factory=Encoder)
    recorded: list[StoredEvent] = field(default_factory=list)
    # Called in the loop once this is committed, before anybody is told: what memory has of the database follows it.
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def drafts(self) -> SqliteDrafts:
        return SqliteDrafts(self.session, self.authors)

    def settled(self) -> apsw.Connection:
        """The connection, for who reads what is gathered: events and audit trail, places, listings, tallies, index."""
        self.gathered.write()
        return self.session.direct

    @property
    def unsettled(self) -> apsw.Connection:
        """The connection, for what neither is a ticket nor refers to one, nor is a setting."""
        return self.session.direct

    @property
    def gathered(self) -> WriteBatch:
        """What is written with the commit, of this command and of those before it in its group."""
        assert self.session.batch is not None  # noqa: S101 - a unit of work is made with one
        return self.session.batch

    def after_commit(self, notify: Callable[[], None]) -> None:
        """Call `notify` in the event loop once the command is committed, before its events are published."""
        self.afterwards.append(notify)

    @property
    def filing(self) -> TicketBatch:
        """The new tickets of the group."""
        return self.gathered.filing

    def apply(self, change: AnyChange, by: Caller) -> Seq:
        """Write the change's rows, its audit entry and its event; returns the event's number."""
        ticket, message = change.ticket, change.message
        if ticket is not None and ticket != change.before:
            self._save(ticket, is_new=change.before is None)
            tickets.note_status(self.gathered.rows, change.before, ticket, by.user, self.now)
        if ticket is not None and change.moved:
            messages.move(self.connection, change.moved, ticket.ticket_id)
        if message is not None:
            messages.save(self.connection, message)
            attachments.use(self.connection, message.attachments, message_id=message.message_id)
        self.gathered.follow(change)
        if change.kind.audited:
            self._record(change, by)
        return self.tell(change)

    def tell(self, change: AnyChange) -> Seq:
        """Write the change's event alone: for what is one person's own, and no deed that others ask for later."""
        event = events.add(self.gathered.rows, change, self.gathered.next_seq(), self.now, self.encoder)
        self.recorded.append(event)
        return event.seq

    def shown(self, ticket: Ticket, to: Caller) -> Encoded[wire.Ticket]:
        """The ticket as an answer to this caller; what was told of it just now is not made again."""
        return Encoded(self.encoder.ticket(ticket, staff=to.is_staff))

    def note(self, action: str, by: Caller, detail: Mapping[str, str]) -> None:
        """Write a deed of which nobody is told."""
        audit.add(self.gathered.rows, action, by, self.now, detail=detail)

    @contextmanager
    def part(self) -> Iterator[None]:
        """All or nothing of what is done within, whatever becomes of the rest of the command."""
        events, mark, db = len(self.recorded), self.gathered.mark(), self.unsettled
        db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            # After an error of the disk SQLite may have ended the whole transaction, and the savepoint with it.
            if db.in_transaction:
                db.execute("ROLLBACK TO part")
                db.execute("RELEASE part")
            del self.recorded[events:]
            self.gathered.back_to(mark)
            raise
        db.execute("RELEASE part")

    def _save(self, ticket: Ticket, *, is_new: bool) -> None:
        if not is_new:
            tickets.save(self.connection, ticket)
            return
        self.filing.add(ticket)
        if ticket.attachments:
            attachments.use(self.connection, ticket.attachments, ticket_id=ticket.ticket_id)

    def _record(self, change: AnyChange, by: Caller) -> None:
        audit.add(
            self.gathered.rows,
            change.kind.name,
            by,
            self.now,
            ticket_id=change.ticket.ticket_id if change.ticket else None,
            message_id=change.message.message_id if change.message else None,
            detail=change.detail,
        )
