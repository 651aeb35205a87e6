"""Names that several parts share; an idle plugin imports this module and nothing behind it."""

from __future__ import annotations

import os

DEFAULT_REGISTER = "tests/quarantine.toml"
SETTINGS_VARIABLE = "FLAKE_QUARANTINE_SETTINGS"  # names a file to write this project's settings to, instead of a run
TRIAL_VARIABLE = "FLAKE_QUARANTINE_TRIAL"  # names the JSON file that tells a measuring process what to do
OWNER_VARIABLE = "FLAKE_QUARANTINE_OWNER"  # the process that the command or a run started to measure
NEEDS_POSIX = "flake-quarantine needs a POSIX system, such as Linux or macOS: it starts and ends process groups"


def is_posix() -> bool:
    """Tell whether tests can be measured here, and run again alone."""
    return os.name == "posix"
