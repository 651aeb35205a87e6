"""Keeps a reserve of the disk: below it files are refused, below the minimum texts are refused as well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from hero_assistance_sdk.files.disk_space import DiskLevel, DiskSpace, find_level, read_disk_space
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.jobs.running import running
from hero_assistance_server.quotas.usage import WORDS, Usage
from hero_assistance_server.storage.errors import DiskFull

# A question costs microseconds; what is written in between meets at worst the error of the full disk itself.
LOOK_EVERY_S = 1.0
# When nothing is written, others may fill the disk.
WATCH_EVERY_S = 5.0
# More than a backup or an export writes between two reports of its progress, but for a large attachment.
LARGE_STEP_BYTES = 16 * 1024 * 1024
CONDITION = "disk"
_HINT = "free space on the disk of the data; hero_assistance doctor shows each disk"

_log = get_log("disk")


class Conditions(Protocol):
    """Where it is said for which reasons the server is degraded."""

    def report(self, name: str, message: str, *, hint: str) -> None:
        """Let a condition hold from now on."""
        ...

    def clear(self, name: str) -> None:
        """Let a condition hold no longer."""
        ...


class DiskReserve:
    """The disks of the database and of the files, which may be two; only the event loop's thread uses it."""

    def __init__(
        self,
        data: Path,
        files: Path,
        limits: Limits,
        conditions: Conditions | None = None,
        *,
        read: Callable[[Path], DiskSpace] = read_disk_space,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at the folders of the database and of the files, and report to `conditions`."""
        self._data = data
        self._files = files
        self._limits = limits
        self._conditions = conditions
        self._read = read
        self._clock = clock
        self._read_at = -LOOK_EVERY_S
        self._texts = DiskLevel.ENOUGH

    def check(self, usage: Usage) -> None:
        """Return when there is room for such a use; raises `DiskFull`."""
        if usage is Usage.FILES:
            self.check_files(0)
        elif usage in WORDS:
            if self._clock() - self._read_at >= LOOK_EVERY_S:
                self.look()
            if self._texts is DiskLevel.SHORT:
                raise DiskFull(
                    "the disk of this desk is full: no texts are accepted for now",
                    hint="keep your text and try again later; what is there can be read",
                    kind=RefusalKind.DISK_FULL_FOR_TEXTS,
                )

    def check_files(self, claimed: int) -> None:
        """Return when `claimed` bytes of files can still be written; raises `DiskFull`."""
        levels = (self._find_level(self._data), self._find_level(self._files, claimed))
        if max(levels) is not DiskLevel.ENOUGH:
            raise DiskFull(
                "the disk of this desk is nearly full: no files are accepted for now",
                hint="write it in words, send a link, or try again later",
                kind=RefusalKind.DISK_FULL_FOR_FILES,
            )

    def look(self) -> None:
        """Read what is left, and say so when it is too little, or enough again."""
        self._read_at = self._clock()
        self._texts, files = self._find_level(self._data), self._find_level(self._files)
        if self._conditions is None:
            return
        if self._texts is DiskLevel.SHORT:
            self._conditions.report(CONDITION, "the disk is full: files and texts are refused", hint=_HINT)
        elif max(self._texts, files) is not DiskLevel.ENOUGH:
            self._conditions.report(CONDITION, "the disk is nearly full: files are refused", hint=_HINT)
        else:
            self._conditions.clear(CONDITION)

    def _find_level(self, folder: Path, claimed: int = 0) -> DiskLevel:
        try:
            return find_level(self._read(folder), self._limits, claimed=claimed)
        except OSError as error:
            # A disk that cannot be asked is found by what is written to it.
            _log.warning("disk.unread", folder=folder, error=error)
            return DiskLevel.ENOUGH


def check_large_work(folder: Path, limits: Limits) -> None:
    """Return when a backup or an export may go on to write into `folder`; raises `DiskFull`.

    It may use the reserve, and ends before texts are refused for it.
    """
    if find_level(read_disk_space(folder), limits, claimed=LARGE_STEP_BYTES) is DiskLevel.SHORT:
        raise DiskFull(
            "it does not fit on the disk: the rest is for texts",
            hint="free space, and start it again",
            kind=RefusalKind.DISK_FULL_FOR_JOB,
        )


@asynccontextmanager
async def watch_disk(reserve: DiskReserve, *, every_s: float = WATCH_EVERY_S) -> AsyncIterator[None]:
    """Look at the disk while the context is open, also when nothing is written."""
    reserve.look()

    async def run() -> None:
        while True:
            await asyncio.sleep(every_s)
            reserve.look()

    async with running(run):
        yield
