"""Watching for the end of a process, also of one that is not our child, and signalling only that process.

Linux reports the end through a pidfd, macOS and the BSDs through a kqueue; without either, a timer checks.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from hero_assistance.supervisor.process.process_table import is_alive
from hero_assistance.supervisor.process_identity import ProcessIdentity

# Only where the kernel reports no ends; a stop then takes up to a quarter of a second longer.
_POLL_S = 0.25

T = TypeVar("T")


class _Watch(Protocol):
    """A kernel object that becomes readable when a process ends."""

    def fileno(self) -> int: ...
    def close(self) -> None: ...


def send_signal(identity: ProcessIdentity, number: signal.Signals) -> bool:
    """Signal this process and no later one with its pid; false when it has ended or may not be signalled."""
    try:
        with _pinned(identity.pid) as deliver:
            if not is_alive(identity):
                return False
            deliver(number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def watch_exit(identity: ProcessIdentity) -> asyncio.Future[None]:
    """A future that is done once this process has ended; cancel it to stop watching."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    watch = _watch(identity.pid)
    if not is_alive(identity):
        ended.set_result(None)
    if watch is None:
        _poll(loop, identity, ended)
        return ended

    def release(_done: asyncio.Future[None]) -> None:
        loop.remove_reader(watch.fileno())
        watch.close()

    loop.add_reader(watch.fileno(), _finish, ended)
    ended.add_done_callback(release)
    return ended


async def wait_all_ended(identities: Iterable[ProcessIdentity], timeout_s: float) -> bool:
    """Whether each of these processes ended within `timeout_s`."""
    watched = [watch_exit(identity) for identity in identities]
    try:
        async with asyncio.timeout(timeout_s):
            for ended in watched:
                await ended
    except TimeoutError:
        return False
    finally:
        for ended in watched:
            ended.cancel()
    return True


@contextmanager
def _pinned(pid: int) -> Iterator[Callable[[signal.Signals], None]]:
    """Hold the process that has this pid now, so that no other process can get the pid."""
    descriptor = _pidfd(pid)
    if descriptor is None or sys.platform != "linux":
        yield partial(os.kill, pid)
        return
    try:
        yield partial(signal.pidfd_send_signal, descriptor)
    finally:
        os.close(descriptor)


def _pidfd(pid: int) -> int | None:
    """A pidfd, or `None` where the system has none; raises `ProcessLookupError`."""
    pidfd_open: Callable[[int], int] | None = getattr(os, "pidfd_open", None)
    if pidfd_open is None:
        return None
    try:
        return pidfd_open(pid)
    except ProcessLookupError:
        raise
    except OSError:
        return None


class _Descriptor:
    """A file descriptor with the methods of a watch."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number

    def close(self) -> None:
        os.close(self._number)


def _watch(pid: int) -> _Watch | None:
    try:
        if hasattr(select, "kqueue"):
            return _open_kqueue(pid)
        descriptor = _pidfd(pid)
    except ProcessLookupError:
        return None
    return None if descriptor is None else _Descriptor(descriptor)


def _open_kqueue(pid: int) -> _Watch | None:
    """A queue that receives the end of a process; `None` where the kernel opens none. Raises `ProcessLookupError`."""
    # `select` has these names on macOS and the BSDs only.
    kernel: Any = select
    flags = kernel.KQ_EV_ADD | kernel.KQ_EV_ONESHOT
    event = kernel.kevent(pid, kernel.KQ_FILTER_PROC, flags, kernel.KQ_NOTE_EXIT)
    try:
        queue: Any = kernel.kqueue()
    except OSError:
        return None
    try:
        queue.control([event], 0)
    except OSError as error:
        queue.close()
        if isinstance(error, ProcessLookupError):
            raise
        return None
    watch: _Watch = queue
    return watch


def _poll(loop: asyncio.AbstractEventLoop, identity: ProcessIdentity, ended: asyncio.Future[None]) -> None:
    if ended.done():
        return
    if is_alive(identity):
        loop.call_later(_POLL_S, _poll, loop, identity, ended)
    else:
        _finish(ended)


def _finish(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
