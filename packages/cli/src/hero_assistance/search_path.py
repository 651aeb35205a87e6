"""Which program a shell finds by its name, next to the one that is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def is_on_path(folder: Path) -> bool:
    """Whether `PATH` names a folder, also with a slash at its end, or through a link."""
    return any(_is_same(Path(entry), folder) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry)


def find_other(program: Path) -> Path | None:
    """Another program of this name that a shell finds first; `None` where it finds this one, or none."""
    found = shutil.which(program.name)
    return Path(found) if found is not None and not _is_same(Path(found), program) else None


def format_line(folder: Path) -> str:
    """The line of a shell profile that puts a folder first on `PATH`."""
    return f'export PATH="{folder}:$PATH"'


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.normpath(one) == os.path.normpath(other)
