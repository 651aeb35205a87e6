"""The other programs of the release that is live."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from hero_assistance.action_names import SERVER
from hero_assistance.errors import NotInstalled
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.system_command import suggest_install


def run_server(paths: Paths, arguments: Sequence[str]) -> int:
    """Run the server's program on this terminal until it ends; returns its exit status, raises `NotInstalled`."""
    return subprocess.run([*find_server(paths), *arguments], check=False).returncode


def find_server(paths: Paths) -> list[str]:
    """Return how to start the program of the server; raises `NotInstalled`."""
    installed = paths.bin / SERVER
    if installed.exists():
        return [str(installed)]
    # From a source tree, or wheels, nothing is in `bin/`.
    if find_spec(SERVER) is not None:
        return [sys.executable, "-m", SERVER]
    raise NotInstalled(f"{installed} is not there", hint=suggest_install())
