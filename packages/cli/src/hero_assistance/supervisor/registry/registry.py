"""The registered services and whether each is wanted up; both outlive the supervisor.

`registry.json` holds the services and the id of this registry.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from hero_assistance.supervisor.registry.run_records import RunRecords
from hero_assistance.supervisor.registry.state_files import REGISTRY_FILE, RUNS_FOLDER
from hero_assistance.supervisor.registry.stored_model import StoredModel, read_model
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import Wanted


class Registered(StoredModel):
    """One service, as an operator registered it."""

    spec: ServiceSpec
    wanted: Wanted = Wanted.DOWN


class _Content(StoredModel):
    instance: str
    services: dict[str, Registered]


class Registry:
    """The services of one state folder; each change is on the disk when the method returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        content = read_model(folder / REGISTRY_FILE, _Content)
        # The id is part of the mark of each child, so that two roots never take each other's children.
        self.instance = content.instance if content else uuid.uuid4().hex
        self.services = dict(content.services) if content else {}
        self.runs = RunRecords(folder / RUNS_FOLDER)

    def set(self, name: str, registered: Registered) -> None:
        """Register a service, or replace its registration."""
        self.services[name] = registered
        self._save()

    def save_wanted(self, name: str, wanted: Wanted) -> None:
        """Save what an operator asked for."""
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
