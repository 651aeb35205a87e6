"""The release that this program was started from.

The build writes `_hero_release.py` at the top of every zipapp; a source tree has none, and says so.
Only `sys` is imported at the top: `--version` must cost no more than the interpreter itself.
"""

from __future__ import annotations

import sys

DEVELOPMENT = "development"
# The folder that an installer writes next to a package holds its name and version.
_RECORD, _RECORD_END = "hero_assistance_sdk-", ".dist-info"


def version() -> str:
    """The version of the running program, such as `0.1.0`."""
    try:
        from _hero_release import VERSION
    except ImportError:
        return _source_version()
    return str(VERSION)


def release_id() -> str:
    """The id of the running release, such as `0.1.0-3f2a9c01d4e5`, or `development` in a source tree."""
    try:
        from _hero_release import RELEASE_ID
    except ImportError:
        return DEVELOPMENT
    return str(RELEASE_ID)


def version_line(program: str) -> str:
    """The line that `--version` prints."""
    return f"{program} {version()} (release {release_id()})"


def answer_version(program: str, arguments: list[str] | None = None) -> bool:
    """Print the version and return true when `--version` is the only argument."""
    if (sys.argv[1:] if arguments is None else arguments) != ["--version"]:
        return False
    print(version_line(program))
    return True


def _source_version() -> str:
    """The version of the installed package, by the name of its record: importlib.metadata imports json and email."""
    import os

    for folder in sys.path:
        try:
            with os.scandir(folder or os.curdir) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue
        for name in names:
            if name.startswith(_RECORD) and name.endswith(_RECORD_END):
                return name[len(_RECORD) : -len(_RECORD_END)]
    return "0+unknown"
