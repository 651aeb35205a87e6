"""The files of the server's backups, in the folder `Paths.backups`."""

from __future__ import annotations

import re
from pathlib import Path

PREFIX = "hero_assistance-"
NAME = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z\.tar", re.ASCII)
# Reason and time of the last failed backup; the next successful one removes it.
FAILURE = "failed.json"


def newest_backup(folder: Path) -> Path | None:
    """The last whole backup of a folder, which need not exist."""
    if not folder.is_dir():
        return None
    return max((path for path in folder.iterdir() if NAME.fullmatch(path.name)), default=None)
