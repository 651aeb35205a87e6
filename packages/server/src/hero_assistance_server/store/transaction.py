"""What one command works with inside the writer's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import apsw

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.core.model import Change, Message
from hero_assistance_server.store import events, messages, tickets
from hero_assistance_server.store.events import StoredEvent


@dataclass(slots=True)
class Transaction:
    """The writing connection, the time of the command, and the events it makes."""

    connection: apsw.Connection
    now: datetime
    events: list[StoredEvent] = field(default_factory=list)

    def apply(self, change: Change[Message | None]) -> Seq:
        """Write the change's rows and its event; returns the event's number."""
        tickets.save(self.connection, change.ticket)
        if change.message is not None:
            messages.add(self.connection, change.message)
        event = events.add(self.connection, change, self.now)
        self.events.append(event)
        return event.seq
