"""Counts the connections to all listeners of one process, and makes room for a new one.

TCP leaves a reserve to the Unix sockets, over which proxies, the operator and the supervisor's probes come. When there
is no room, the connection that has waited longest for its peer to ask something goes: first of those that never asked.
"""

from __future__ import annotations

from collections import Counter
from typing import Protocol

from hero_assistance_httpd.connections.peer_network import network_of_peer
from hero_assistance_sdk.errors import HeroError, TooMany, Unavailable
from hero_assistance_sdk.limits import Limits, room_for
from hero_assistance_sdk.refusals import RefusalKind

# TCP gets no more than this part of the room.
_TCP_PART = 7 / 8


class Connection(Protocol):
    """One connection as the table knows it."""

    @property
    def peer(self) -> str | None:
        """The address over TCP, or `None` for a Unix socket."""
        ...

    def end_idle(self) -> None:
        """Close at once; the connection has been taken out of the table."""
        ...


class ConnectionLimits:
    """The table of connections."""

    def __init__(self, limits: Limits) -> None:
        self._room = room_for(limits)
        self._tcp_room = max(int(self._room * _TCP_PART), 1)
        self._per_peer = int(limits.connections_per_peer)
        self._from: Counter[str] = Counter()
        self._all = self._over_tcp = 0
        self._waiting = {True: _Waiting(), False: _Waiting()}

    def enter(self, connection: Connection) -> HeroError | None:
        """Count a connection, or return the reason to refuse it; it waits for its first request then."""
        peer = network_of_peer(connection.peer)
        if peer is not None and self._from[peer] >= self._per_peer:
            return TooMany(
                f"{connection.peer} has {self._per_peer} connections already",
                hint="close some of them",
                kind=RefusalKind.CONNECTIONS_LIMIT,
                values={"limit": self._per_peer},
            )
        if not self._make_room(over_tcp=peer is not None):
            return Unavailable(f"there are {self._all} connections already", hint="try again later")
        self._all += 1
        if peer is not None:
            self._over_tcp += 1
            self._from[peer] += 1
        self._waiting[peer is not None].strangers[connection] = None
        return None

    def leave(self, connection: Connection) -> None:
        """Stop counting a connection that had entered."""
        self.note_request(connection)
        self._all -= 1
        peer = network_of_peer(connection.peer)
        if peer is not None:
            self._over_tcp -= 1
            self._from[peer] -= 1
            if not self._from[peer]:
                del self._from[peer]

    def note_request(self, connection: Connection) -> None:
        """Keep a connection whose request has arrived whole until `note_answer`."""
        waiting = self._waiting[connection.peer is not None]
        waiting.strangers.pop(connection, None)
        waiting.callers.pop(connection, None)

    def note_answer(self, connection: Connection) -> None:
        """Let a connection that waits for its next request make room for another."""
        self._waiting[connection.peer is not None].callers[connection] = None

    def _make_room(self, *, over_tcp: bool) -> bool:
        if over_tcp and self._over_tcp >= self._tcp_room:
            return self._end_one(over_tcp=True)
        if self._all >= self._room:
            # A Unix socket's connection never makes room for one over TCP.
            return self._end_one(over_tcp=True) or (not over_tcp and self._end_one(over_tcp=False))
        return True

    def _end_one(self, *, over_tcp: bool) -> bool:
        found = self._waiting[over_tcp].first()
        if found is None:
            return False
        self.leave(found)
        found.end_idle()
        return True


class _Waiting:
    """The connections that wait for their peer, the longest wait first: a dict has the order of insertion."""

    def __init__(self) -> None:
        self.strangers: dict[Connection, None] = {}
        self.callers: dict[Connection, None] = {}

    def first(self) -> Connection | None:
        """The one to end first: one that never asked, before one that did."""
        return next(iter(self.strangers), None) or next(iter(self.callers), None)
