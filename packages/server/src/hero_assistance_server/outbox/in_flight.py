"""The deliveries that this process has in flight, also where a write fails that is committed all the same.

A slow disk makes a caller give up while its command is committed. What such a command has begun is known to no sender:
it is released before the next attempts begin, and the attempt that never was is not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from hero_assistance_server.outbox.model import StoredDelivery
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

Begin = Callable[[UnitOfWork], Sequence[StoredDelivery]]


class _Claim:
    """What one command has begun; noted before its commit, in the thread that writes."""

    ids: frozenset[int] = frozenset()


class InFlight:
    """Begins attempts, and knows those that have no outcome yet."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._held: Counter[int] = Counter()
        # Of the writes that are under way.
        self._claims: set[_Claim] = set()
        # How many writes failed, and after how many of them what they left was released.
        self._failed = 0
        self._released = 0

    @property
    def has_to_release(self) -> bool:
        """Whether a write failed since the last one that released: what it may have begun is not seen as due."""
        return self._failed > self._released

    async def begin(self, begin: Begin) -> Sequence[StoredDelivery]:
        """Write a command that begins attempts, and hold them until `end`; raises what the storage raises."""
        claim, failed = _Claim(), self._failed
        self._claims.add(claim)
        releases = self.has_to_release

        def command(work: UnitOfWork) -> Sequence[StoredDelivery]:
            # Commands run one after the other: what those before this one have begun is claimed, or forgotten.
            if releases:
                work.outbox.release_forgotten(self._ids())
            begun = begin(work)
            claim.ids = frozenset(delivery.delivery_id for delivery in begun)
            return begun

        try:
            begun = await self._storage.write(command)
        except BaseException:
            self._failed += 1
            raise
        else:
            self._held.update(delivery.delivery_id for delivery in begun)
            self._released = max(self._released, failed)
        finally:
            self._claims.discard(claim)
        return begun

    def end(self, delivery_id: int) -> None:
        """Note that the outcome of an attempt is written."""
        self._held[delivery_id] -= 1
        if self._held[delivery_id] <= 0:
            del self._held[delivery_id]

    def has_ended(self, work: UnitOfWork, delivery_id: int) -> bool:
        """Whether the outcome of an attempt is written already, by a write that failed.

        Then the delivery may be in flight again, with an attempt of its own.
        """
        stored = work.outbox.find(delivery_id)
        begun_again = self._held[delivery_id] > 1 or any(delivery_id in claim.ids for claim in list(self._claims))
        return stored is None or not stored.in_flight or begun_again

    def _ids(self) -> frozenset[int]:
        return frozenset(self._held).union(*(claim.ids for claim in list(self._claims)))
