"""The names of what the registry has in the state folder."""

from __future__ import annotations

REGISTRY_FILE = "registry.json"
RUNS_FOLDER = "runs"
