"""Runs the service in the foreground, for what starts one process and waits for its end: a container, a scheduler."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from hero_assistance.lifecycle import stop
from hero_assistance.log_reader import Choice, LogLine, read_logs
from hero_assistance.results import Progress
from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.connection import connect_supervisor, registered_here
from hero_assistance.supervisor_lookup import knows_service
from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_sdk.paths import Paths

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# How soon the end of a service is noticed that somebody else has stopped.
_LOOK_S = 2.0
# An upgrade replaces the supervisor, which takes a second or two; what runs goes on meanwhile.
_ABSENT_S = 8.0
_PR_SET_CHILD_SUBREAPER = 36


class SupervisorEnded(HeroError):
    """The supervisor has ended, and not because the service was stopped."""

    reason = "supervisor-ended"


class _Asked(Exception):
    """A signal asks for the end."""


def run_in_foreground(
    paths: Paths, start: Callable[[], None], show: Callable[[LogLine], None], progress: Progress
) -> None:
    """Start the service and show what it writes, until a signal asks for its end or it is stopped elsewhere.

    Nothing of the service is left then, nor where the start fails. Raises what `start` raises, and `SupervisorEnded`.
    """
    _adopt_orphans()
    _handle_stopping(_ask)
    try:
        began_ms = now_ms()
        start()
        for line in read_logs(paths, choice=Choice(since_ms=began_ms), follow=True, is_over=_Watch(paths).is_over):
            show(line)
        if registered_here(paths):
            raise SupervisorEnded("the supervisor has ended, so the service is stopped")
    except _Asked:
        progress.step("asked to stop")
    finally:
        _handle_stopping(_disregard)
        stop(paths, progress)


class _Watch:
    """Finds out whether the service is still supervised, and takes the exit status of what has ended."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._next_look = time.monotonic() + _LOOK_S
        self._absent_since: float | None = None

    def is_over(self) -> bool:
        """Whether the service was stopped, or has had no supervisor for a while."""
        _reap()
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK_S
        if self._is_supervised():
            self._absent_since = None
            return False
        if not registered_here(self._paths):
            return True
        self._absent_since = self._absent_since or now
        return now - self._absent_since >= _ABSENT_S

    def _is_supervised(self) -> bool:
        try:
            with connect_supervisor(self._paths) as supervisor:
                return supervisor is not None and knows_service(supervisor.client)
        except Unreachable:
            # It ends while it is asked, as one does that another replaces.
            return False


def _handle_stopping(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in _STOPPING:
        signal.signal(number, handler)


def _ask(_number: int, _frame: FrameType | None) -> NoReturn:
    # Another one, as of a terminal that closes, would end the stop that this one asks for.
    _handle_stopping(_disregard)
    raise _Asked


def _disregard(_number: int, _frame: FrameType | None) -> None:
    """Do nothing; unlike `SIG_IGN`, this is inherited by no program that is started meanwhile."""


def _adopt_orphans() -> None:
    """Become the parent of what outlives its own, as the first process of a container is; Linux alone can."""
    if sys.platform != "linux" or os.getpid() == 1:
        return
    from hero_assistance_sdk.libc import check_result, find_function

    check_result(find_function("prctl")(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def _reap() -> None:
    """Take the exit status of every child that has ended, the supervisor and orphans alike."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
