"""Locks on files and folders (flock(2)); the kernel releases them when the holding process ends for any reason."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hero_assistance_sdk.files.durable_files import PRIVATE_FILE, PRIVATE_FOLDER

# Short enough that no command seems to hang after the lock is free, long enough to cost nothing.
_POLL_S = 0.02
# Longer than any pid in decimal digits.
_PID_BYTES = 20


class LockHeld(Exception):
    """Another process holds the lock; `holder` is its pid, 0 where it has not written it yet."""

    def __init__(self, holder: int) -> None:
        super().__init__(f"process {holder}" if holder else "another process")
        self.holder = holder


@contextmanager
def lock_file(
    path: Path,
    *,
    wait_s: float = 0.0,
    mode: int = PRIVATE_FILE,
    on_wait: Callable[[LockHeld], None] | None = None,
    may_be_read_only: bool = False,
) -> Iterator[None]:
    """Hold the lock of a file and write our pid into it; raises `LockHeld` after `wait_s`.

    `on_wait` is called once, before the first pause. With `may_be_read_only` a file that is there is locked on a
    read-only disk as well; our pid is not in it then.
    """
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor = _open(path, mode, may_be_read_only=may_be_read_only)
    try:
        deadline = time.monotonic() + wait_s
        while not try_lock(descriptor):
            held = LockHeld(_read_pid(descriptor))
            if time.monotonic() >= deadline:
                raise held
            if on_wait is not None:
                on_wait(held)
                on_wait = None
            time.sleep(_POLL_S)
        _write_pid(descriptor)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, after waiting for it as long as it takes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(file: int | IO[bytes], *, shared: bool = False) -> bool:
    """Take the lock of an open file if it is free; raises `OSError` where the file system has no locks."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def find_holder(path: Path) -> int | None:
    """The pid that holds the lock of a file (0 where it has not written it yet), `None` when it is free."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if try_lock(descriptor, shared=True) else _read_pid(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path, mode: int, *, may_be_read_only: bool) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno != errno.EROFS or not may_be_read_only:
            raise
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _write_pid(descriptor: int) -> None:
    """Write it over the pid of the last holder, which needs no space, or leave no pid there."""
    try:
        os.pwrite(descriptor, str(os.getpid()).ljust(_PID_BYTES).encode(), 0)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)


def _read_pid(descriptor: int) -> int:
    content = os.pread(descriptor, _PID_BYTES, 0).strip()
    return int(content) if content.isdigit() else 0
