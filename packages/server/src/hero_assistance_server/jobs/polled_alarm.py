"""An alarm at a time of the calendar where the kernel keeps none (macOS): it looks at the clock every few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from hero_assistance_server.timestamps import millis

# How late it may ring after a sleep of the machine, or after its clock was set.
LOOK_S = 15.0
# What a time daemon corrects without a jump stays far below this within one look.
_JUMP_S = 1.0


class PolledAlarm:
    """Calls `ring` in the running loop at the time that is set, and soon after the clock was set."""

    def __init__(self, ring: Callable[[], None], *, look_s: float = LOOK_S) -> None:
        self._ring = ring
        self._look_s = look_s
        self._loop = asyncio.get_running_loop()
        self._at_s = 0.0
        self._offset_s = _read_offset_s()
        self._next: asyncio.TimerHandle | None = None

    def set(self, at: datetime) -> None:
        """Ring at this time, at once when it is past, and no more at the time set before."""
        self.close()
        self._at_s = millis(at) / 1000
        self._wait()

    def close(self) -> None:
        """Ring no more."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        left_s = self._at_s - time.time()
        self._next = self._loop.call_later(min(max(left_s, 0.0), self._look_s), self._look)

    def _look(self) -> None:
        offset_s = _read_offset_s()
        was_set = abs(offset_s - self._offset_s) > _JUMP_S
        self._offset_s = offset_s
        if was_set or time.time() >= self._at_s:
            self._next = None
            self._ring()
        else:
            self._wait()


def _read_offset_s() -> float:
    """How far the clock is ahead of the seconds of running: it changes when the clock is set, and by a sleep."""
    return time.time() - time.monotonic()
