"""What one command works with inside the writer's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.core.model import AnyChange
from hero_assistance_server.core.policy import Caller
from hero_assistance_server.store import attachments, audit, events, messages, places, tickets
from hero_assistance_server.store.events import StoredEvent


@dataclass(slots=True)
class Transaction:
    """The writing connection, the time of the command, and the events it makes."""

    connection: apsw.Connection
    now: datetime
    events: list[StoredEvent] = field(default_factory=list)

    def apply(self, change: AnyChange, by: Caller) -> Seq:
        """Write the change's rows, its audit entry and its event; returns the event's number."""
        db, ticket = self.connection, change.ticket
        if ticket is not None and ticket != change.before:
            tickets.save(db, ticket)
            places.move(db, change.before, ticket)
            tickets.note_status(db, change.before, ticket, by.user, self.now)
            if change.before is None:
                attachments.use(db, ticket.attachments, ticket_id=ticket.ticket_id)
        if ticket is not None and change.moved:
            messages.move(db, change.moved, ticket.ticket_id)
        if change.message is not None:
            messages.save(db, change.message)
            attachments.use(db, change.message.attachments, message_id=change.message.message_id)
        self._record(change, by)
        event = events.add(db, change, self.now)
        self.events.append(event)
        return event.seq

    def _record(self, change: AnyChange, by: Caller) -> None:
        audit.add(
            self.connection,
            change.kind.value,
            by,
            self.now,
            ticket_id=change.ticket.ticket_id if change.ticket else None,
            message_id=change.message.message_id if change.message else None,
            detail=change.detail,
        )
