"""The folder of releases: what is in it, which is live, and the lock that a change of it takes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import InstallBusy
from hero_assistance.releases.manifest import Installed, read_installed
from hero_assistance_sdk.paths import Paths

CURRENT = "current"
LOCK = ".lock"

# A cold install takes some seconds; a longer wait has a reason, which the error names.
LOCK_TIMEOUT_S = 120.0
_LOCK_POLL_S = 0.05


@dataclass(frozen=True)
class ReleaseStore:
    """The releases below one root."""

    folder: Path
    bin: Path

    @classmethod
    def from_paths(cls, paths: Paths) -> ReleaseStore:
        """The releases of a root."""
        return cls(paths.releases, paths.bin)

    def release(self, release: str) -> Path:
        """Where a release lives, whether it is there or not."""
        return self.folder / release

    @property
    def current(self) -> Path:
        """The link that names the live release."""
        return self.folder / CURRENT

    def live(self) -> str | None:
        """The id of the live release."""
        try:
            return self.current.readlink().name
        except OSError:
            return None

    def installed(self) -> list[Installed]:
        """Every whole release, the last activated first."""
        try:
            folders = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return []
        named = (path for path in folders if not path.name.startswith(".") and path.name != CURRENT)
        found = (read_installed(path) for path in named)
        return sorted((one for one in found if one), key=lambda one: one.sequence, reverse=True)

    def unfinished(self) -> list[Path]:
        """What an interrupted install or removal left behind."""
        try:
            return sorted(path for path in self.folder.iterdir() if path.name.startswith(".") and path.name != LOCK)
        except FileNotFoundError:
            return []

    @contextmanager
    def exclusive(self, waiting: Callable[[str], None], timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
        """Hold the lock of the releases; raises `InstallBusy` when another does not end in time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor, waiting, timeout_s)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int, waiting: Callable[[str], None], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            if time.monotonic() >= deadline:
                raise InstallBusy(
                    f"another install (process {holder}) did not end within {timeout_s:g} s",
                    hint=f"see: ps -p {holder}",
                ) from None
            if not told:
                waiting(f"another install runs (process {holder}); waiting for it")
                told = True
            time.sleep(_LOCK_POLL_S)
        else:
            return


def replace_link(link: Path, target: str) -> None:
    """Point `link` at `target` with one rename."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(target)
    temporary.rename(link)
