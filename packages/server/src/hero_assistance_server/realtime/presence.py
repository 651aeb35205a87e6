"""Presence as it is kept alive: whom a ticket concerns, one timer for the lease that ends first, and the telling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from hero_assistance_sdk.wire import Level, MessageKind, Seq, TicketId, TicketPresence, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.presence.rules import LEASE_S, Board, Lease, Move
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

# Gets what happened, and who sees the ticket from outside the team.
Tell = Callable[[Move, frozenset[UserId]], None]


class Presence:
    """The one author of presence; every method belongs to the loop's thread."""

    def __init__(self, tell: Tell, *, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.lease_s = lease_s
        # The last event after which other people see a ticket: who read one before that reads it again.
        self.last_move = Seq(0)
        self._board = Board()
        self._people: dict[TicketId, frozenset[UserId]] = {}
        self._tell = tell
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    def beat(self, connection: str, user: User, ticket: Ticket, level: Level, kind: MessageKind) -> None:
        """Begin or renew the lease of a connection that is open, at a ticket that its reader may see."""
        lease = Lease(user, ticket.ticket_id, level, self._clock() + self.lease_s, kind)
        self._people[ticket.ticket_id] = ticket.people
        self._told(self._board.take(connection, lease))

    def leave(self, connection: str) -> None:
        """End the lease of a connection, if it has one."""
        self._told(self._board.leave(connection))

    def heard(self, event: StoredEvent) -> None:
        """Follow who sees a ticket: who does no more is gone from it, and who does now is told of everybody there."""
        if event.seen_by is None:
            return
        self.last_move = event.seq
        ticket_id, people = event.seen_by
        known = self._people.get(ticket_id)
        if known is None:
            return
        self._people[ticket_id] = people
        for move in self._board.unveil(ticket_id):
            self._tell(move, people - known)
        self._told(self._board.confine(ticket_id, people))

    def seen_by(self, reader: User) -> list[TicketPresence]:
        """Everybody at the tickets that a reader may see."""
        return [
            self._board.presence_at(ticket_id, staff=reader.is_staff)
            for ticket_id in self._board.tickets()
            if reader.is_staff or reader.user_id in self._people[ticket_id]
        ]

    def _told(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self._tell(move, self._people[move.ticket_id])
        for move in moves:
            if not self._board.occupied(move.ticket_id):
                self._people.pop(move.ticket_id, None)
        self._arm()

    def _arm(self) -> None:
        """Set the timer for the lease that ends first; one that is renewed meanwhile only makes it ring for nothing."""
        end = self._board.next_end()
        if end is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, end - self._clock()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._told(self._board.expire(self._clock()))
