"""Names that several parts share; an idle plugin imports this module and nothing behind it."""

from __future__ import annotations

DEFAULT_REGISTER = "tests/quarantine.toml"
TRIAL_VARIABLE = "FLAKE_QUARANTINE_TRIAL"  # names the JSON file that tells a measuring process what to do
