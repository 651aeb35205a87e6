"""Space of a disk that is taken before anything is written to it."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.os_errors import NO_SPACE, choose_hint

# What a server writes to the folder of its data before it serves, and some more: the index of the log takes 32 KiB.
START_BYTES = 2 * 1024 * 1024
# Any other error says nothing about the disk, such as that of a folder of another user.
_TAKES_NOTHING = NO_SPACE | {errno.EROFS, errno.EIO, errno.EFBIG}
_CHUNK = 64 * 1024


class TooLittleSpace(HeroError):
    """A disk does not take what is about to be written; nothing has been done."""

    reason = "too-little-space"


def allocate(descriptor: int, size: int) -> None:
    """Make an open file that long, with all of its blocks; raises `OSError`."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for offset in range(os.fstat(descriptor).st_size, size, _CHUNK):
        os.pwrite(descriptor, bytes(min(_CHUNK, size - offset)), offset)


def require_space(folder: Path, size: int, what: str) -> None:
    """Raise `TooLittleSpace` where a folder's disk does not take `size` bytes more; `what` needs them.

    Free blocks do not tell: a quota may end before them, so the bytes are allocated, and given back at once. A folder
    that is not there counts where it would be made.
    """
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            allocate(file.fileno(), size)
    except OSError as error:
        if error.errno not in _TAKES_NOTHING:
            return
        raise TooLittleSpace(
            f"{folder} does not take the {size // 1024} KiB that {what} needs: {error.strerror}",
            hint=choose_hint(error),
        ) from error
