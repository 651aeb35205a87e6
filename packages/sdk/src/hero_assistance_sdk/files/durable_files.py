"""Files that are replaced as a whole: after a crash a reader finds the old content or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def write_atomic(path: Path, content: bytes, *, durable: bool = True, mode: int = PRIVATE_FILE) -> None:
    """Replace `path` by a file of `mode`, its owner's alone by default; `durable`: on the disk when this returns."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with replace_file(path, durable=durable, mode=mode) as file:
        file.write(content)


@contextlib.contextmanager
def replace_file(path: Path, *, durable: bool = True, mode: int = PRIVATE_FILE) -> Iterator[BinaryIO]:
    """Yield a file to write to that becomes `path` when the block ends, and is removed when the block fails.

    What processes left that were killed meanwhile is removed first.
    """
    _remove_leftovers(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(path: Path) -> None:
    """Remove the halves of `path` whose processes are gone: they carry the pids in their names."""
    prefix = f".{path.name}."
    for name in os.listdir(path.parent):  # noqa: PTH208 - a path object for each name would take as long as the write
        pid = name.removeprefix(prefix)
        if name.startswith(prefix) and pid.isdecimal() and not _is_alive(int(pid)):
            with contextlib.suppress(OSError):
                path.with_name(name).unlink()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
