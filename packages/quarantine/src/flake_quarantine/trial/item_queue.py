"""Hands out the tests of a batch to forks, one at a time, without a process that could hold them up."""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path

NONE = -1


class ItemQueue:
    """Numbers from 0 to `count`, in memory that all forks share; each of `slots` workers may hold one back.

    A worker takes the next test before it runs one, since pytest tears down no more than the next one leaves unused.
    If it dies, the worker that takes its slot begins with the test that it held back.
    """

    def __init__(self, count: int, slots: int, folder: Path) -> None:
        self._count = count
        self._lock_path = folder / "queue.lock"
        self._numbers = memoryview(mmap.mmap(-1, 8 * (slots + 1))).cast("q")
        self._numbers[0] = 0
        for slot in range(slots):
            self._numbers[slot + 1] = NONE

    def take_held(self, slot: int) -> int | None:
        """Return what the slot's last worker held back, or the next number; None if there is none."""
        held = self._numbers[slot + 1]
        return self.take(slot) if held == NONE else held

    def take(self, slot: int) -> int | None:
        """Return the next number and hold it back for this slot; None if all are taken."""
        # A lock of the process, which the kernel frees if it dies; forks have none of it.
        lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            number = self._numbers[0]
            self._numbers[0] = min(number + 1, self._count)
            self._numbers[slot + 1] = number if number < self._count else NONE
        finally:
            os.close(lock)
        return number if number < self._count else None

    def has_left(self, slot: int) -> bool:
        """Tell whether a worker of this slot would find something to do."""
        return self._numbers[slot + 1] != NONE or self._numbers[0] < self._count
