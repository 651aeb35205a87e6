"""Token buckets: how often each of many callers may do one thing.

A bucket holds `burst` tokens and is refilled at an even pace. Only the time at which it is full again is stored (the
generic cell rate algorithm, ITU-T I.371), so that a bucket is one number and one that is full need not be stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Some 2 MB when all of them are in use.
BUCKETS = 10_000
# What those share who come while the table is full.
SHARED_BUCKETS = 256
# A table that is full is looked through for buckets that are full again; it takes 1 ms.
SWEEP_EVERY_S = 1.0
# What adding and subtracting times rounds; far below the time between two calls.
_ROUNDING_S = 1e-6


class TokenBuckets:
    """One bucket for each key, in a table that no flood of keys empties.

    A bucket leaves the table once it is full again, when nothing is lost with it. While the table has no room, new keys
    share a few buckets: who comes then waits for others, and no key that is in the table starts again.
    """

    def __init__(
        self,
        burst: float,
        refill_s: float,
        *,
        capacity: int = BUCKETS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Allow `burst` at once, and as many again in each `refill_s` seconds; an infinite `burst` allows all."""
        self.burst = burst
        self.refill_s = refill_s
        self._pace_s = refill_s / burst
        self._capacity = capacity
        self._clock = clock
        self._full_at: dict[str | int, float] = {}
        self._shared: dict[str | int, float] = {}
        self._swept_at = -SWEEP_EVERY_S

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: str, tokens: int = 1) -> float:
        """Take so many tokens, and no more than the bucket holds; returns 0, or the seconds until they are there."""
        now = self._clock()
        table, slot = self._place(key, now)
        pace_s = min(self._pace_s * tokens, self.refill_s)
        full_at, wait_s = take_token(table.get(slot, now), now, pace_s=pace_s, refill_s=self.refill_s)
        if full_at > now:
            table[slot] = full_at
        return wait_s

    def _place(self, key: str, now: float) -> tuple[dict[str | int, float], str | int]:
        """Return the bucket of a key: its own, or a shared one where it has none and the table has no room."""
        if key in self._full_at or len(self._full_at) < self._capacity:
            return self._full_at, key
        if now - self._swept_at >= SWEEP_EVERY_S:
            self._swept_at = now
            self._full_at = {slot: full_at for slot, full_at in self._full_at.items() if full_at > now}
        has_room = len(self._full_at) < self._capacity
        return (self._full_at, key) if has_room else (self._shared, hash(key) % SHARED_BUCKETS)


def take_token(full_at: float, now: float, *, pace_s: float, refill_s: float) -> tuple[float, float]:
    """Take a token of a bucket that is full at a time; returns when it is full then, and 0 or the seconds to wait."""
    full_at = max(full_at, now)
    wait_s = full_at + pace_s - now - refill_s
    return (full_at + pace_s, 0.0) if wait_s <= _ROUNDING_S else (full_at, wait_s)
