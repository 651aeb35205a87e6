"""The build that this program is part of: the folder of a package, or the one that `nox -s build` made."""

from __future__ import annotations

import sys
from pathlib import Path

from hero_assistance.releases.manifest import BUILD_FILE
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.zipapp.system_command import COMMAND, is_system_command


def find_own_build() -> Path:
    """The folder of the build that this program is part of; raises `UsageError` for an installed one."""
    return find_build(Path(sys.argv[0]))


def find_build(program: Path) -> Path:
    """The folder of the build that a program is part of, also where a link leads to it; raises `UsageError`."""
    folder = program.resolve().parent
    if not (folder / BUILD_FILE).is_file():
        raise UsageError(
            "name the SOURCE to install: this program is not part of a build",
            hint=_suggest_source(),
        )
    return folder


def _suggest_source() -> str:
    """What an operator meant: a shell that finds the live release first does not run the program of the package."""
    if is_system_command(Path(COMMAND)):
        return f"for the release of the package: {COMMAND} install"
    return "give the folder of a build, such as dist/, an archive of one, or its URL with https://"
