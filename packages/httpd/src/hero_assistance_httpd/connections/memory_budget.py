"""Bounds the memory that callers fill: bodies that are being received, and answers that are being sent."""

from __future__ import annotations

from collections import Counter

from starlette.types import Scope

from hero_assistance_httpd.connections.peer_network import network_of_peer
from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.limits import Limits

# The ASGI extension, given by `listeners`, that has the account of a connection.
MEMORY = "hero_assistance.memory"
# Less than this is not counted: a connection costs about as much without a request.
COUNTED_FROM = 16 * 1024


class MemoryBudget:
    """Counts bytes by peer address; all Unix sockets together are one peer with the whole budget."""

    def __init__(self, limits: Limits) -> None:
        self._all = int(limits.memory_bytes)
        self._per_peer = int(limits.memory_bytes_per_peer)
        self._by_peer: Counter[str | None] = Counter()
        self._over_tcp = 0

    def take(self, peer: str | None, size: int) -> bool:
        """Count bytes for a peer; false, and nothing counted, when they are too many."""
        if peer is None:
            if self._by_peer[None] + size > self._all:
                return False
        elif self._by_peer[peer] + size > self._per_peer or self._over_tcp + size > self._all:
            return False
        else:
            self._over_tcp += size
        self._by_peer[peer] += size
        return True

    def give_back(self, peer: str | None, size: int) -> None:
        """Stop counting bytes that were taken."""
        self._by_peer[peer] -= size
        if peer is not None:
            self._over_tcp -= size
        if not self._by_peer[peer]:
            del self._by_peer[peer]


class Account:
    """The bytes of one connection's request and answer, given back together by `close`."""

    def __init__(self, budget: MemoryBudget, peer: str | None) -> None:
        self._budget = budget
        self._peer = network_of_peer(peer)
        self._size = self._counted = 0

    def take(self, size: int) -> None:
        """Count bytes; raises `Unavailable` when the peer, or all together, have too many in memory."""
        self._size += size
        if self._size <= COUNTED_FROM:
            return
        if not self._budget.take(self._peer, self._size - self._counted):
            raise Unavailable("too much is being sent and received at once", hint="try again later, with less at once")
        self._counted = self._size

    def close(self) -> None:
        """Give everything back."""
        if self._counted:
            self._budget.give_back(self._peer, self._counted)
        self._size = self._counted = 0


def count_memory(scope: Scope, size: int) -> None:
    """Count bytes that a request keeps in memory until its answer is sent; raises `Unavailable`.

    Does nothing where no listener of ours serves.
    """
    account: Account | None = scope.get("extensions", {}).get(MEMORY)
    if account is not None:
        account.take(size)
