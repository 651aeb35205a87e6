"""Locks on files: they hold the pid of who holds them, and go with its process however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance.files import PRIVATE_FILE, PRIVATE_FOLDER

SUPERVISOR_LOCK = "supervisor.lock"
LIFECYCLE_LOCK = "lifecycle.lock"
_LOOK_S = 0.02
_PID_BYTES = 20


class Held(Exception):
    """Somebody else holds the lock; `holder` is its pid, 0 where it has not written it yet."""

    def __init__(self, holder: int) -> None:
        super().__init__(f"process {holder}" if holder else "another process")
        self.holder = holder


@contextmanager
def lock(path: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold a lock, after waiting for it at most `wait_s`; raises `Held`."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        deadline = time.monotonic() + wait_s
        while not _taken(descriptor, fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                raise Held(_pid_in(descriptor))
            time.sleep(_LOOK_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> int | None:
    """The pid of who holds a lock (0 where it has not written it yet), `None` for nobody."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _taken(descriptor, fcntl.LOCK_SH) else _pid_in(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid_in(descriptor: int) -> int:
    content = os.pread(descriptor, _PID_BYTES, 0)
    return int(content) if content.isdigit() else 0
