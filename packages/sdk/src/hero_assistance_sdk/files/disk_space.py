"""The space that is left on the file system of a folder, and what it suffices for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from hero_assistance_sdk.limits import Limits

# On a small file system the reserve and the minimum are these shares of it, so that something is left to use.
RESERVE_SHARE = 4
MINIMUM_SHARE = 20
# Each stored file needs an entry in the file system's own table.
FREE_FILES = 1000


class DiskLevel(IntEnum):
    """How much is left, from nothing to worry about to the worst."""

    ENOUGH = 0
    # Files are refused.
    LOW = 1
    # Texts are refused, too.
    SHORT = 2


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """What is left of one file system for this user, in bytes and in number of files.

    `device` is the same for all folders of a file system. `max_files` is 0 where files are not numbered.
    """

    device: int
    free_bytes: int
    size: int
    free_files: int = 0
    max_files: int = 0
    is_read_only: bool = False
    is_noexec: bool = False

    @property
    def lacks_files(self) -> bool:
        """Whether hardly a file can be made, however small."""
        return self.free_files < min(FREE_FILES, self.max_files // MINIMUM_SHARE)


def read_disk_space(folder: Path) -> DiskSpace:
    """Ask the system about the file system of a folder, or of where it would be made; raises `OSError`."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    found = os.statvfs(there)
    return DiskSpace(
        device=there.stat().st_dev,
        free_bytes=found.f_bavail * found.f_frsize,
        size=found.f_blocks * found.f_frsize,
        free_files=found.f_favail,
        max_files=found.f_files,
        is_read_only=bool(found.f_flag & os.ST_RDONLY),
        is_noexec=bool(found.f_flag & getattr(os, "ST_NOEXEC", 0)),
    )


def find_level(space: DiskSpace, limits: Limits, *, claimed: int = 0) -> DiskLevel:
    """What the space suffices for once `claimed` bytes are written."""
    free = space.free_bytes - claimed
    if free < min(limits.disk_minimum, space.size / MINIMUM_SHARE):
        return DiskLevel.SHORT
    has_reserve = free >= min(limits.disk_reserve, space.size / RESERVE_SHARE)
    return DiskLevel.ENOUGH if has_reserve and not space.lacks_files else DiskLevel.LOW
