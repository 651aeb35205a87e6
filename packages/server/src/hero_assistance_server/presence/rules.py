"""The users at each ticket: leases that end by themselves, and what each audience sees of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hero_assistance_sdk.wire import Level, MessageKind, Present, TicketId, TicketPresence, UserId
from hero_assistance_server.users.model import User

# A screen renews its lease every 8 s or so: two lost beats are no absence, a closed lid soon is.
LEASE_S = 20.0

_LOUDNESS = {Level.VIEWING: 0, Level.WRITING: 1}


@dataclass(frozen=True, slots=True)
class Lease:
    """One screen of one user at one ticket, until a time in seconds.

    What another node has of a user is one lease that never ends here: it is that node's to end it.
    """

    user: User
    ticket_id: TicketId
    level: Level
    until: float = math.inf
    # What is being written; customers do not learn that there is a note.
    kind: MessageKind = MessageKind.REPLY

    def renews(self, known: Lease) -> bool:
        """Whether the same user does the same as in a lease before."""
        is_there = self.ticket_id == known.ticket_id and self.user.user_id == known.user.user_id
        return is_there and self.level is known.level and self.kind is known.kind

    def level_for(self, *, staff: bool) -> Level:
        """Return the level that the team, or a customer, sees."""
        return self.level if staff or self.kind is MessageKind.REPLY else Level.VIEWING


@dataclass(frozen=True, slots=True)
class Doing:
    """The level of a user at a ticket, as the team and as customers see it; `None` is not being there."""

    staff: Level | None = None
    outside: Level | None = None

    def for_(self, *, staff: bool) -> Level | None:
        """Return the level that one of the audiences sees."""
        return self.staff if staff else self.outside


@dataclass(frozen=True, slots=True)
class Move:
    """A user came, went, or does something else now, for at least one of the audiences or on this node alone.

    `here` is what they do on this node's screens now, if that is another than before.
    """

    ticket_id: TicketId
    user: User
    was: Doing
    now: Doing
    here: Doing | None = None


# A user at a ticket, on any number of screens.
_Spot = tuple[TicketId, UserId]
# On all nodes, and on this one.
_Doings = tuple[Doing, Doing]
# An event stream, and which of the screens that share it; or another node, and which of the users at tickets there.
Screen = tuple[str, str]
# More tabs than a browser is used with; the lease of the one that was silent for longest ends.
MOST_SCREENS = 64


@dataclass(slots=True)
class Board:
    """The leases by screen; a screen is at one ticket at a time.

    Every command returns the moves to send.
    """

    _leases: dict[Screen, Lease] = field(default_factory=dict)
    # When the leases of this node end, the first one in front.
    _ends: dict[Screen, float] = field(default_factory=dict)
    _at: dict[TicketId, dict[UserId, set[Screen]]] = field(default_factory=dict)
    # The screens of each connection, the one that was silent for longest in front.
    _screens: dict[str, dict[str, None]] = field(default_factory=dict)

    def take(self, connection: str, lease: Lease, screen: str = "") -> list[Move]:
        """Begin or renew the lease of a connection's screen; it leaves the ticket where it was."""
        known = self._leases.get((connection, screen))
        if known is not None and lease.renews(known):
            # As nearly every beat does.
            self._drop((connection, screen))
            self._begin((connection, screen), lease)
            return []
        others = [name for name in self._screens.get(connection, ()) if name != screen]
        silent = others[: max(0, len(others) + 1 - MOST_SCREENS)]
        return self._replace_leases([(connection, name) for name in (*silent, screen)], (connection, screen), lease)

    def leave(self, connection: str, screen: str = "") -> list[Move]:
        """End the lease of one screen."""
        return self._replace_leases([(connection, screen)])

    def close(self, connection: str) -> list[Move]:
        """End the leases of all screens of a connection."""
        return self._replace_leases([(connection, name) for name in self._screens.get(connection, ())])

    def expire(self, now: float) -> list[Move]:
        """End the leases whose time is over."""
        over = itertools.takewhile(lambda screen: self._ends[screen] <= now, self._ends)
        return self._replace_leases(list(over))

    def show_others(self, leases: Mapping[Screen, Lease]) -> list[Move]:
        """Replace the leases of all other nodes; one that begins does so before others end, as users change nodes."""
        changed = [(screen, lease) for screen, lease in leases.items() if self._leases.get(screen) != lease]
        moves = [move for screen, lease in changed for move in self._replace_leases([screen], screen, lease)]
        gone = self._leases.keys() - self._ends.keys() - leases.keys()
        return moves + self._replace_leases(sorted(gone))

    def confine(self, ticket_id: TicketId, people: frozenset[UserId]) -> list[Move]:
        """End the leases at a ticket of customers who are not among `people`."""
        there = itertools.chain.from_iterable(self._at.get(ticket_id, {}).values())
        users = {screen: self._leases[screen].user for screen in there}
        return self._replace_leases(
            [screen for screen, user in users.items() if not user.is_staff and user.user_id not in people]
        )

    def next_end(self) -> float | None:
        """Return when the next lease is over, unless it is renewed."""
        return next(iter(self._ends.values()), None)

    def tickets(self) -> list[TicketId]:
        """Return the tickets with users at them, by id."""
        return sorted(self._at)

    def is_occupied(self, ticket_id: TicketId) -> bool:
        """Return whether a user is at a ticket."""
        return ticket_id in self._at

    def has(self, ticket_id: TicketId, user_id: UserId) -> bool:
        """Return whether a user is at a ticket on any screen."""
        return user_id in self._at.get(ticket_id, {})

    def unveil(self, ticket_id: TicketId) -> list[Move]:
        """Return the moves to send to a customer who sees a ticket from now on."""
        moves = []
        for user_id, screens in self._at.get(ticket_id, {}).items():
            now, _ = self._doing((ticket_id, user_id))
            user = self._leases[next(iter(screens))].user
            moves.append(Move(ticket_id, user, Doing(staff=now.staff), now))
        return moves

    def presence_at(self, ticket_id: TicketId, *, staff: bool) -> TicketPresence:
        """Return the users at a ticket, each once with their loudest level, writers first, then by name."""
        people = []
        for user_id, screens in self._at.get(ticket_id, {}).items():
            user = self._leases[next(iter(screens))].user
            level = self._doing((ticket_id, user_id))[0].for_(staff=staff)
            if level is not None:
                people.append(Present(user_id=user_id, name=user.name, role=user.role, level=level))
        people.sort(key=lambda one: (-_LOUDNESS[one.level], one.name, one.user_id))
        return TicketPresence(ticket_id=ticket_id, people=people)

    def _replace_leases(
        self, ending: Sequence[Screen], screen: Screen = ("", ""), begun: Lease | None = None
    ) -> list[Move]:
        """End leases, begin one, and compare what the audiences see of the users concerned."""
        ended = [lease for one in ending if (lease := self._drop(one))]
        users = {_spot(lease): lease.user for lease in [*ended, *([begun] if begun else [])]}
        # Before: what is left, and what has just ended.
        before = {spot: self._doing(spot, [lease for lease in ended if _spot(lease) == spot]) for spot in users}
        if begun is not None:
            self._begin(screen, begun)
        after = {spot: self._doing(spot) for spot in users}
        return [_move(spot, users[spot], before[spot], after[spot]) for spot in users if before[spot] != after[spot]]

    def _begin(self, screen: Screen, lease: Lease) -> None:
        self._leases[screen] = lease
        if lease.until < math.inf:
            self._ends[screen] = lease.until
        self._screens.setdefault(screen[0], {})[screen[1]] = None
        self._at.setdefault(lease.ticket_id, {}).setdefault(lease.user.user_id, set()).add(screen)

    def _doing(self, spot: _Spot, ended: Sequence[Lease] = ()) -> _Doings:
        """Return what a user does at a ticket: on all nodes, and on this one."""
        ticket_id, user_id = spot
        leases = [self._leases[screen] for screen in self._at.get(ticket_id, {}).get(user_id, ())]
        leases += ended
        return _loudest(leases), _loudest([lease for lease in leases if lease.until < math.inf])

    def _drop(self, screen: Screen) -> Lease | None:
        lease = self._leases.pop(screen, None)
        if lease is None:
            return None
        self._ends.pop(screen, None)
        connection, name = screen
        del self._screens[connection][name]
        if not self._screens[connection]:
            del self._screens[connection]
        people = self._at[lease.ticket_id]
        people[lease.user.user_id].discard(screen)
        if not people[lease.user.user_id]:
            del people[lease.user.user_id]
        if not people:
            del self._at[lease.ticket_id]
        return lease


def _spot(lease: Lease) -> _Spot:
    return lease.ticket_id, lease.user.user_id


def _move(spot: _Spot, user: User, before: _Doings, after: _Doings) -> Move:
    (was, was_here), (now, here) = before, after
    return Move(spot[0], user, was, now, here if here != was_here else None)


def _loudest(leases: Sequence[Lease]) -> Doing:
    return Doing(_loudest_for(leases, staff=True), _loudest_for(leases, staff=False))


def _loudest_for(leases: Sequence[Lease], *, staff: bool) -> Level | None:
    levels = [lease.level_for(staff=staff) for lease in leases]
    return max(levels, key=_LOUDNESS.__getitem__, default=None)
