"""What is registered and wanted, and which process runs for each action; both outlive the supervisor.

`registry.json`                     the services, what is wanted of each, and the id of this registry
`runs/<service>/<action>.json`      the last start of an action, while something of it may still run
"""

from __future__ import annotations

import uuid
from pathlib import Path

from hero_assistance.supervisor.registry.run_records import RUNS_FOLDER, RunRecords
from hero_assistance.supervisor.registry.state_files import StoredModel, read_model
from hero_assistance_sdk.durable_files import write_atomic
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import Wanted

REGISTRY_FILE = "registry.json"


class Registered(StoredModel):
    """One service, as an operator left it."""

    spec: ServiceSpec
    wanted: Wanted = Wanted.DOWN


class _Content(StoredModel):
    instance: str
    services: dict[str, Registered]


class Registry:
    """The services of one state folder; every change is on the disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        content = read_model(folder / REGISTRY_FILE, _Content)
        # The id is part of the mark that each child carries, so that two roots never take each other's children.
        self.instance = content.instance if content else uuid.uuid4().hex
        self.services = dict(content.services) if content else {}
        self.runs = RunRecords(folder / RUNS_FOLDER)

    def set(self, name: str, registered: Registered) -> None:
        """Register a service, or register it anew."""
        self.services[name] = registered
        self._save()

    def want(self, name: str, wanted: Wanted) -> None:
        """Remember what an operator asked for."""
        registered = self.services[name]
        if registered.wanted is not wanted:
            self.set(name, registered.model_copy(update={"wanted": wanted}))

    def delete(self, name: str) -> None:
        """Forget a service."""
        del self.services[name]
        self._save()

    def _save(self) -> None:
        content = _Content(instance=self.instance, services=self.services)
        write_atomic(self._folder / REGISTRY_FILE, content.model_dump_json(indent=1).encode())
