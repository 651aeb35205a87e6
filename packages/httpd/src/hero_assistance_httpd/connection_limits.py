"""Counts the connections to all listeners of one process, in all and by address."""

from __future__ import annotations

from collections import Counter

from hero_assistance_sdk.errors import HeroError, TooMany, Unavailable
from hero_assistance_sdk.limits import Limits, room_for


class ConnectionLimits:
    """Counts connections, and gives the reason for refusing one too many."""

    def __init__(self, limits: Limits) -> None:
        self._room = room_for(limits)
        self._per_peer = int(limits.connections_per_peer)
        self._from: Counter[str] = Counter()
        self._all = 0

    def enter(self, peer: str | None) -> HeroError | None:
        """Count a connection from an address or (`None`) a Unix socket, or return the reason to refuse it."""
        if self._all >= self._room:
            return Unavailable(f"there are {self._all} connections already", hint="try again later")
        if peer is not None:
            if self._from[peer] >= self._per_peer:
                return TooMany(f"{peer} has {self._per_peer} connections already", hint="close some of them")
            self._from[peer] += 1
        self._all += 1
        return None

    def leave(self, peer: str | None) -> None:
        """Stop counting a connection that had entered."""
        self._all -= 1
        if peer is not None:
            self._from[peer] -= 1
            if not self._from[peer]:
                del self._from[peer]
