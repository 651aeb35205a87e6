"""Reading from the state folder whether a service is registered or running, without models, which load slowly."""

from __future__ import annotations

import json
from pathlib import Path

from hero_assistance.supervisor.registry.file_names import REGISTRY_FILE, RUNS_FOLDER


def is_registered(folder: Path, service: str) -> bool:
    """Whether the registry on the disk names the service; raises `StateDamaged`."""
    try:
        content = json.loads((folder / REGISTRY_FILE).read_bytes())
    except FileNotFoundError:
        return False
    except ValueError:
        content = None
    services = content.get("services") if isinstance(content, dict) else None
    if not isinstance(services, dict):
        from hero_assistance.supervisor.registry.registry import Registry

        return service in Registry(folder).services
    return service in services


def has_runs(folder: Path, service: str) -> bool:
    """Whether a start of an action of the service is on record, so that something of it may still run."""
    try:
        return any(path.suffix == ".json" for path in (folder / RUNS_FOLDER / service).iterdir())
    except FileNotFoundError:
        return False
