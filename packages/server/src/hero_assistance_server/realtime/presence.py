"""Live presence: the leases of the users at each ticket, one timer for the lease that ends first, and the notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

from hero_assistance_sdk.wire import Level, MessageKind, TicketId, TicketPresence, UserId
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.presence.last_moves import LastMoves
from hero_assistance_server.presence.presence_exchange import NoOthers, OthersPresence, PresenceExchange
from hero_assistance_server.presence.rules import LEASE_S, Board, Lease, Move
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

# Receives the move, and the users outside the team who see the ticket.
Tell = Callable[[Move, frozenset[UserId]], None]


class Presence:
    """All changes of presence; call its methods only on the thread of the event loop."""

    def __init__(self, tell: Tell, *, lease_s: float = LEASE_S, clock: Callable[[], float] = time.monotonic) -> None:
        self.lease_s = lease_s
        # A reader of a ticket in an older state than its last event here reads it again.
        self.last_moves = LastMoves()
        self._board = Board()
        self._people: dict[TicketId, frozenset[UserId]] = {}
        self._tell = tell
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        self._exchange: PresenceExchange = NoOthers()

    def join(self, exchange: PresenceExchange) -> None:
        """Share who is present with the other nodes, and show who is on them."""
        self._exchange = exchange
        exchange.follow(self._show_others)

    def beat(
        self, connection: str, user: User, ticket: Ticket, level: Level, kind: MessageKind, screen: str = ""
    ) -> None:
        """Begin or renew the lease of a screen of an open connection at a ticket that its reader may see."""
        lease = Lease(user, ticket.ticket_id, level, self._clock() + self.lease_s, kind)
        self._update_people(ticket.ticket_id, ticket.people)
        self._people[ticket.ticket_id] = ticket.people
        self._notify(self._board.take(connection, lease, screen))

    def leave(self, connection: str, screen: str = "") -> None:
        """End the lease of a connection's screen, if it has one."""
        self._notify(self._board.leave(connection, screen))

    def close(self, connection: str) -> None:
        """End the leases of all screens of a connection."""
        self._notify(self._board.close(connection))

    def hear(self, event: StoredEvent) -> None:
        """Update who sees a ticket: end the presence of those who lost access, and notify those who gained it."""
        if event.seen_by is None:
            return
        ticket_id, people = event.seen_by
        self.last_moves.note(ticket_id, event.seq)
        self._update_people(ticket_id, people)

    def is_at(self, user_id: UserId, ticket_id: TicketId) -> bool:
        """Whether a user has a ticket on a screen now."""
        return self._board.has(ticket_id, user_id)

    def seen_by(self, reader: User) -> list[TicketPresence]:
        """Return who is present at the tickets that a reader may see."""
        return [
            self._board.presence_at(ticket_id, staff=reader.is_staff)
            for ticket_id in self._board.tickets()
            if reader.is_staff or reader.user_id in self._people[ticket_id]
        ]

    def _update_people(self, ticket_id: TicketId, people: frozenset[UserId]) -> None:
        """Update who sees a ticket where users are present."""
        known = self._people.get(ticket_id, people)
        if known == people:
            return
        self._people[ticket_id] = people
        for move in self._board.unveil(ticket_id):
            self._tell(move, people - known)
        self._notify(self._board.confine(ticket_id, people))

    def _show_others(self, others: OthersPresence) -> None:
        """Show who is present on other nodes now; whom a later event took the access from is not shown."""
        tickets = {lease.ticket_id for lease in others.leases.values()}
        is_old = any(self.last_moves.is_after(ticket_id, others.seq) for ticket_id in others.people)
        if is_old or not tickets <= self._people.keys() | others.people.keys():
            self._exchange.read_again()
            return
        for ticket_id, people in others.people.items():
            self._update_people(ticket_id, people)
            self._people[ticket_id] = people
        self._notify(self._board.show_others({at: one for at, one in others.leases.items() if self._may_be_at(one)}))
        self._forget_unoccupied(others.people)

    def _may_be_at(self, lease: Lease) -> bool:
        return lease.user.is_staff or lease.user.user_id in self._people[lease.ticket_id]

    def _notify(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self._tell(move, self._people[move.ticket_id])
            if move.here is not None:
                self._exchange.share(move.ticket_id, move.user.user_id, move.here)
        self._forget_unoccupied(move.ticket_id for move in moves)
        self._arm()

    def _forget_unoccupied(self, tickets: Iterable[TicketId]) -> None:
        for ticket_id in tickets:
            if not self._board.is_occupied(ticket_id):
                self._people.pop(ticket_id, None)

    def _arm(self) -> None:
        """Set the timer for the lease that ends first; if that lease is renewed, the timer rings without effect."""
        end = self._board.next_end()
        if end is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, end - self._clock()), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._notify(self._board.expire(self._clock()))
