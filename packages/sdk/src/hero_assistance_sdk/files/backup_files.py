"""The files of the server's backups, in the folder `Paths.backups`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

PREFIX = "hero_assistance-"
NAME = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z\.tar", re.ASCII)
_TIME = "%Y%m%dT%H%M%SZ"
# Reason and time of the last failed backup; the next successful one removes it.
FAILURE = "failed.json"


def newest_backup(folder: Path) -> Path | None:
    """The last whole backup of a folder, which need not exist."""
    return max(list_backups(folder), default=None)


def list_backups(folder: Path) -> list[Path]:
    """The whole backups of a folder, the oldest first; what others put there is none of them."""
    return sorted(filter(_is_backup, folder.iterdir())) if folder.is_dir() else []


def _is_backup(path: Path) -> bool:
    if not NAME.fullmatch(path.name) or not path.is_file():
        return False
    try:
        datetime.strptime(path.name, f"{PREFIX}{_TIME}.tar").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
