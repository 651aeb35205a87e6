"""The outbox folder: where letters go, as `.eml` files, while no mail server is set."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.files.usable_folder import usable_folder

KEPT_FOR = timedelta(days=30)
MOST = 10_000
SUFFIX = ".eml"
# How often what is old is looked for.
_PRUNE_EVERY = 100


def name_file(delivery_id: int, created_at: datetime) -> str:
    """Return the name of the file of a delivery, without its suffix."""
    return f"{created_at:%Y%m%dT%H%M%SZ}-{delivery_id:06}"


@dataclass
class OutboxFolder:
    """Writes letters as files, each whole and once; its methods wait for the disk."""

    folder: Path
    _written: int = 0

    def write(self, name: str, message: bytes, now: datetime) -> Path:
        """Write a letter; the same name again replaces it. Raises `FolderUnusable`."""
        path = self.folder / f"{name}{SUFFIX}"
        with usable_folder(self.folder):
            write_atomic(path, message)
            if self._written % _PRUNE_EVERY == 0:
                self._prune(now)
        self._written += 1
        return path

    def delete(self, names: Iterable[str]) -> None:
        """Delete letters for ever, where they are there; raises `FolderUnusable`."""
        with usable_folder(self.folder):
            for name in names:
                (self.folder / f"{name}{SUFFIX}").unlink(missing_ok=True)

    def _prune(self, now: datetime) -> None:
        """Delete letters that are old, and the oldest of too many."""
        files = sorted(self.folder.glob(f"[!.]*{SUFFIX}"))
        before = (now - KEPT_FOR).timestamp()
        for index, path in enumerate(files):
            with contextlib.suppress(FileNotFoundError):
                if index < len(files) - MOST or path.stat().st_mtime < before:
                    path.unlink()
