"""Which program a shell finds by its name, next to the one that is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from hero_assistance_sdk.zipapp.system_command import is_system_command


def is_on_path(folder: Path) -> bool:
    """Whether `PATH` names a folder, also with a slash at its end, or through a link."""
    return any(_is_same(Path(entry), folder) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry)


def find_other(program: Path) -> Path | None:
    """Another program of this name that a shell finds first; `None` where it finds this one, or none.

    The command of all users is no other one, since it runs the live release.
    """
    found = shutil.which(program.name)
    if found is None or _is_same(Path(found), program) or is_system_command(Path(found)):
        return None
    return Path(found)


def find_system_command(name: str) -> Path | None:
    """The command of all users, where a shell finds that by this name."""
    found = shutil.which(name)
    return Path(found) if found is not None and is_system_command(Path(found)) else None


def format_line(folder: Path) -> str:
    """The line of a shell profile that puts a folder first on `PATH`."""
    return f'export PATH="{folder}:$PATH"'


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return os.path.normpath(one) == os.path.normpath(other)
