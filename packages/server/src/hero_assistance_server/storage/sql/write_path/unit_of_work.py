"""Implements `UnitOfWork` within the writer's transaction, but for search and erasure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.change_builder import share
from hero_assistance_server.events.event_encoder import Encoder
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sql.repositories import attachments, audit, events
from hero_assistance_server.storage.sql.repositories.draft_author_cache import DraftAuthorCache
from hero_assistance_server.storage.sql.repositories.drafts import SqlDrafts
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from hero_assistance_server.storage.sql.snapshot import SqlSnapshot
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sql.write_path.write_batch import WriteBatch
from hero_assistance_server.tickets.model import Ticket


@dataclass(slots=True)
class SqlUnitOfWork(SqlSnapshot):
    """The repositories for one command, the time of the command, and the events it makes."""

    batch: WriteBatch
    now: datetime
    authors: DraftAuthorCache
    wake_sender: Callable[[], None]
    encoder: Encoder = field(init=False)
    recorded: list[StoredEvent] = field(default_factory=list)
    notify_after_commit: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Have events encoded as the settings of the moment say."""
        self.encoder = Encoder(self.batch.tickets.sharing)

    @property
    def drafts(self) -> SqlDrafts:
        """The table `drafts`, with the cache of who has any."""
        return SqlDrafts(self.session, self.authors)

    @property
    def outbox(self) -> SqlOutbox:
        """The table `deliveries`; what is added wakes the sender after the commit."""
        return SqlOutbox(self.session, lambda: self.after_commit(self.wake_sender))

    def after_commit(self, notify: Callable[[], None]) -> None:
        """Call `notify` in the event loop once the command is committed, before its events are published."""
        self.notify_after_commit.append(notify)

    def apply(self, change: AnyChange, by: Caller) -> Seq:
        """Write the change's rows, its audit entry and its event; returns the event's number."""
        batch, ticket, message = self.batch, change.ticket, change.message
        if ticket is not None and ticket != change.before:
            self._save(ticket, is_new=change.before is None)
            tickets.record_status_change(batch.rows, change.before, ticket, by.user, self.now)
        if ticket is not None and change.moved:
            self.messages.move(change.moved, ticket.ticket_id)
        if message is not None:
            self.messages.save(message, opening_of=change.opening_of)
            attachments.use(self.session.with_tickets, message.attachments, message_id=message.message_id)
        batch.reindex(change)
        if change.kind.audited:
            self._audit(change, by)
        return self.record_event(change)

    def record_event(self, change: AnyChange) -> Seq:
        """Write the change's event without an audit entry: for what concerns one user alone."""
        batch = self.batch
        change = share(change, batch.tickets.sharing())
        event = events.add(batch.rows, change, batch.next_seq(), self.now, self.encoder)
        self.recorded.append(event)
        return event.seq

    def skip_event(self) -> None:
        """Take a number that no event gets."""
        self.batch.next_seq()

    def record_audit_entry(self, action: str, by: Caller, detail: Mapping[str, str]) -> None:
        """Write an audit entry without an event."""
        audit.add(self.batch.rows, action, by, self.now, detail=detail)

    def serialize_ticket(self, ticket: Ticket, to: Caller) -> Encoded[wire.Ticket]:
        """Return the ticket as an answer to this caller; the JSON of the last event is used again."""
        return Encoded(self.encoder.ticket(ticket, staff=to.is_staff))

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo what is written within when it raises, and keep the rest of the command."""
        batch, connection = self.batch, self.session.direct
        recorded, mark = len(self.recorded), batch.mark()
        connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            # After an error of the disk SQLite may have ended the whole transaction, and the savepoint with it.
            if connection.in_transaction:
                connection.execute("ROLLBACK TO part")
                connection.execute("RELEASE part")
            del self.recorded[recorded:]
            batch.rollback_to(mark)
            raise
        connection.execute("RELEASE part")

    def _save(self, ticket: Ticket, *, is_new: bool) -> None:
        if not is_new:
            self.tickets.save(ticket)
            return
        self.batch.tickets.add(ticket)
        if ticket.attachments:
            attachments.use(self.session.with_tickets, ticket.attachments, ticket_id=ticket.ticket_id)

    def _audit(self, change: AnyChange, by: Caller) -> None:
        audit.add(
            self.batch.rows,
            change.kind.name,
            by,
            self.now,
            ticket_id=change.ticket.ticket_id if change.ticket else None,
            message_id=change.message.message_id if change.message else None,
            detail=change.detail,
        )
