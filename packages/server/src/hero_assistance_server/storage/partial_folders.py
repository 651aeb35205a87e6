"""Hidden folders for what is not finished: a backup, an export, the data of a restore or an import.

`.hero_assistance.KIND.INODE`, locked by the process that works in it. A process that is killed leaves its folder, and
the next run or start removes it. The number tells whether it is still the folder that was made: one that has changed
places with the data folder holds the data of before, and stays.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from hero_assistance_sdk.files.file_lock import try_lock
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import SERVICE

_PREFIX = f".{SERVICE}."
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Another process may remove a folder in the instant before it is locked.
_ATTEMPTS = 5

_log = get_log("partial_folders")


@contextmanager
def partial_folder(parent: Path, kind: str) -> Iterator[Path]:
    """Make a locked folder, and remove it at the end if it is there still; raises `OSError`."""
    path, descriptor = _make(parent, kind)
    try:
        yield path
    finally:
        if _inode(path) == os.fstat(descriptor).st_ino:
            shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def remove_partial_folders(parent: Path, *, all_hidden: bool = False) -> list[str]:
    """Remove what processes that have ended left in a folder, which need not exist; returns the names.

    `all_hidden`: everything hidden there was left by a process of ours. The data of before a restore that was killed
    gets the name that it would have got.
    """
    pattern = ".*" if all_hidden else f"{_PREFIX}*"
    return [path.name for path in sorted(parent.glob(pattern)) if _remove(path)]


def find_previous_name(data: Path, now: datetime) -> Path:
    """Return a name that is free, next to the data folder, for the data of before a restore."""
    name = f"{data.name}.before-{now:%Y%m%dT%H%M%SZ}"
    tried = (data.with_name(f"{name}-{number}" if number else name) for number in count())
    return next(path for path in tried if not path.exists())


def _make(parent: Path, kind: str) -> tuple[Path, int]:
    for _attempt in range(_ATTEMPTS):
        with contextlib.suppress(FileNotFoundError):
            return _make_locked(parent, kind)
    raise FileNotFoundError(f"another process removes what is made in {parent}")


def _make_locked(parent: Path, kind: str) -> tuple[Path, int]:
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}.", dir=parent))
    descriptor = os.open(made, _FOLDER)
    try:
        # A file system without locks has no other process that removes by them either.
        with contextlib.suppress(OSError):
            try_lock(descriptor)
        path = parent / f"{_PREFIX}{kind}.{os.fstat(descriptor).st_ino}"
        made.rename(path)
    except BaseException:
        os.close(descriptor)
        raise
    return path, descriptor


def _remove(path: Path) -> bool:
    """Remove one folder, unless a process works in it; returns whether it is gone."""
    try:
        descriptor = os.open(path, _FOLDER)
    except OSError:
        # It is no folder, or gone.
        return False
    try:
        if not try_lock(descriptor):
            return False
        _dispose(path, os.fstat(descriptor).st_ino)
    except OSError as error:
        _log.warning("partial.not-removed", folder=str(path), error=error)
        return False
    finally:
        os.close(descriptor)
    return True


def _dispose(path: Path, inode: int) -> None:
    kind, _, number = path.name.removeprefix(_PREFIX).partition(".")
    if kind == "restore" and number.isdigit() and int(number) != inode:
        previous = find_previous_name(path.with_name(SERVICE), datetime.now(UTC))
        path.rename(previous)
        _log.info("partial.kept", folder=str(previous))
        return
    shutil.rmtree(path)
    _log.info("partial.removed", folder=str(path))


def _inode(path: Path) -> int | None:
    try:
        return path.stat(follow_symlinks=False).st_ino
    except FileNotFoundError:
        return None
