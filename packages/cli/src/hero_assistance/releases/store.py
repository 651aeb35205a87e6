"""The folder of releases: what is in it, which is live, and the lock that a change of it takes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.releases.errors import InstallBusy
from hero_assistance.releases.manifest import BUILD_FILE, CURRENT, Installed, read_installed
from hero_assistance_sdk.files.durable_files import PRIVATE_FILE
from hero_assistance_sdk.files.file_lock import LockHeld, lock_file
from hero_assistance_sdk.paths import Paths

LOCK = ".lock"

# A cold install takes some seconds; a longer wait has a reason, which the error names.
LOCK_TIMEOUT_S = 120.0
_LOCK_MODE = 0o644


def is_image(paths: Paths) -> bool:
    """Whether the root is that of an image for containers: its programs are fixed, and below no store."""
    return (paths.root / BUILD_FILE).is_file()


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

    def list_installed(self) -> list[Installed]:
        """Every whole release, the last activated first."""
        try:
            folders = sorted(self.folder.iterdir())
        except FileNotFoundError:
            return []
        named = (path for path in folders if not path.name.startswith(".") and path.name != CURRENT)
        found = (read_installed(path) for path in named)
        return sorted((one for one in found if one), key=lambda one: one.sequence, reverse=True)

    def list_unfinished(self) -> list[Path]:
        """What an interrupted install or removal left behind."""
        try:
            return sorted(path for path in self.folder.iterdir() if path.name.startswith(".") and path.name != LOCK)
        except FileNotFoundError:
            return []

    @contextmanager
    def exclusive(self, waiting: Callable[[str], None], timeout_s: float = LOCK_TIMEOUT_S) -> Iterator[None]:
        """Hold the lock of the releases; raises `InstallBusy` when another does not end in time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with install_lock(
            self.folder / LOCK, waiting, timeout_s, running="runs", overdue="did not end within", mode=_LOCK_MODE
        ):
            yield


@contextmanager
def install_lock(
    path: Path,
    report: Callable[[str], None],
    timeout_s: float,
    *,
    running: str,
    overdue: str,
    mode: int = PRIVATE_FILE,
) -> Iterator[None]:
    """Hold a lock of installs; raises `InstallBusy` when another does not release it in time.

    `running` and `overdue` say what the other one does: "runs", "did not end within".
    """

    def say(held: LockHeld) -> None:
        report(f"another install {running} (process {held.holder or 'unknown'}); waiting for it")

    try:
        with lock_file(path, wait_s=timeout_s, mode=mode, on_wait=say):
            yield
    except LockHeld as held:
        holder = held.holder or "unknown"
        raise InstallBusy(
            f"another install (process {holder}) {overdue} {timeout_s:g} s", hint=f"see: ps -p {holder}"
        ) from None


def replace_link(link: Path, target: str) -> None:
    """Point `link` at `target` with one rename."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    temporary.symlink_to(target)
    temporary.rename(link)
