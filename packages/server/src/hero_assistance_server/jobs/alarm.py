"""An alarm at a time of the calendar: it rings also when the clock is set, or after a sleep.

The loop's own timers count seconds of running: a machine that slept, or a clock that was corrected, makes them late.
Linux holds such an alarm in the kernel: timerfd_create(2). Python has it from 3.13 on.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.libc import check_result, find_function
from hero_assistance_server.jobs.polled_alarm import PolledAlarm
from hero_assistance_server.timestamps import millis

_CLOCK_REALTIME = 0
_ABSTIME = 1
_CANCEL_ON_SET = 2
# A time of zero disarms a timer.
_EARLIEST_MS = 1


class _TimeSpec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _TimerSpec(ctypes.Structure):
    _fields_ = (("interval", _TimeSpec), ("value", _TimeSpec))


class Alarm(Protocol):
    """Rings at the time that is set, and whenever somebody sets the clock."""

    def set(self, at: datetime, /) -> None:
        """Ring at this time, at once when it is past, and no more at the time set before."""

    def close(self) -> None:
        """Ring no more."""


def open_alarm(ring: Callable[[], None]) -> Alarm:
    """The alarm of this system, which calls `ring` in the running loop."""
    return PolledAlarm(ring) if find_function("timerfd_create") is None else KernelAlarm(ring)


class KernelAlarm:
    """An alarm that Linux keeps."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._fd = check_result(find_function("timerfd_create")(_CLOCK_REALTIME, os.O_NONBLOCK | os.O_CLOEXEC))
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._rings)

    def set(self, at: datetime) -> None:
        """Ring at this time, at once when it is past, and no more at the time set before."""
        seconds, rest = divmod(max(_EARLIEST_MS, millis(at)), 1000)
        spec = _TimerSpec(_TimeSpec(0, 0), _TimeSpec(seconds, rest * 1_000_000))
        set_time = find_function("timerfd_settime")
        check_result(set_time(self._fd, _ABSTIME | _CANCEL_ON_SET, ctypes.byref(spec), None))

    def close(self) -> None:
        """Ring no more."""
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _rings(self) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                os.read(self._fd, 8)
            except OSError as error:
                # The clock was set: what is due has to be looked at again.
                if error.errno != errno.ECANCELED:
                    raise
            self._ring()
