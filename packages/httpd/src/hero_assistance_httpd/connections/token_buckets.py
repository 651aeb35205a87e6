"""Token buckets: how often each of many callers may do one thing.

A bucket holds `burst` tokens and is refilled at an even pace. Only the time at which it is full again is stored (the
generic cell rate algorithm, ITU-T I.371), so that a bucket is one number and one that is full need not be stored.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

# Some 2 MB when all of them are in use; a caller who was dropped from the table begins with a full bucket.
BUCKETS = 10_000
# What adding and subtracting times rounds; far below the time between two calls.
_ROUNDING_S = 1e-6


class TokenBuckets:
    """One bucket for each key; the keys that were seen longest ago are dropped when there are too many."""

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
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: str) -> float:
        """Take one token; returns 0, or the seconds until there will be one."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now)
        wait_s = full_at + self._pace_s - now - self.refill_s
        granted = wait_s <= _ROUNDING_S
        self._full_at[key] = full_at + self._pace_s if granted else full_at
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._capacity:
            self._full_at.popitem(last=False)
        return 0.0 if granted else wait_s
