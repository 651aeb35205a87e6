"""The command of a release that is installed for all users of a machine, as the `.deb` has it."""

from __future__ import annotations

from pathlib import Path

# Where the build is, and where the command that knows it is found by every shell.
BUILD_FOLDER = "/usr/lib/hero-assistance"
COMMAND = "/usr/bin/hero_assistance"

_MARK = b"#!/bin/sh\n# Runs the release that this user has installed."
# By the release that is live, since another one would replace its supervisor.
SCRIPT = f"""\
{_MARK.decode()} Where there is none, and for `install`, runs that of {BUILD_FOLDER}.
live="${{PATH_ROOT:-${{HOME:-}}/hero}}/bin/hero_assistance"
if [ "${{1:-}}" != install ] && [ -x "$live" ]; then
  exec "$live" "$@"
fi
exec {BUILD_FOLDER}/hero_assistance "$@"
"""


def is_system_command(path: Path) -> bool:
    """Whether a program is this command, of any release; false when it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK)) == _MARK
    except OSError:
        return False


def suggest_install(*flags: str) -> str:
    """The command that installs a release on this machine: that of the package, or else of a checkout."""
    if is_system_command(Path(COMMAND)):
        return " ".join([COMMAND, "install", *flags])
    return " ".join(["nox -s install", *(["--", *flags] if flags else [])])
