"""The registered services and whether each is wanted up; both outlive the supervisor.

`registry.json` holds the services and the id of this registry. What a stop writes has its space in reserve, and
where the disk takes no change at all it is done without: to end a process takes no disk.
"""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path

from hero_assistance.supervisor.registry.file_names import REGISTRY_FILE, RUNS_FOLDER
from hero_assistance.supervisor.registry.run_records import RunRecords
from hero_assistance.supervisor.registry.stored_model import StoredModel, read_model
from hero_assistance_sdk.files.reserved_file import ReservedFile
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import Wanted
from hero_assistance_sdk.logs import get_log

# A stop writes twice: that the service is not wanted, and that it is not registered.
_WRITES_OF_A_STOP = 2

_log = get_log("supervisor.registry")


class Registered(StoredModel):
    """One service, as an operator registered it."""

    spec: ServiceSpec
    wanted: Wanted = Wanted.DOWN


class _Content(StoredModel):
    instance: str
    services: dict[str, Registered]


class Registry:
    """The services of one state folder; each change is on the disk when the method returns.

    A change that cannot be written raises `OSError` and is none, but for those of a stop.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / REGISTRY_FILE
        content = read_model(path, _Content)
        # The id is part of the mark of each child, so that two roots never take each other's children.
        self.instance = content.instance if content else uuid.uuid4().hex
        self.services = dict(content.services) if content else {}
        self.runs = RunRecords(folder / RUNS_FOLDER)
        self._path = path
        self._file = ReservedFile(path, count=_WRITES_OF_A_STOP)

    def keep_reserve(self) -> None:
        """Take the space that a stop needs, where the disk has it."""
        if self.services:
            self._file.fill()

    def set(self, name: str, registered: Registered) -> None:
        """Register a service, or replace its registration."""
        self._save({**self.services, name: registered})

    def save_wanted(self, name: str, wanted: Wanted) -> None:
        """Save what an operator asked for; a stop holds until this supervisor ends where it cannot be saved."""
        registered = self.services[name]
        if registered.wanted is wanted:
            return
        services = {**self.services, name: registered.model_copy(update={"wanted": wanted})}
        if wanted is Wanted.DOWN:
            self._save_if_possible(services)
        else:
            self._save(services)

    def delete(self, name: str) -> None:
        """Forget a service, which is stopped."""
        self._save_if_possible({other: registered for other, registered in self.services.items() if other != name})

    def _save_if_possible(self, services: dict[str, Registered]) -> None:
        """Save, or go on without: the next supervisor then finds the services as they were."""
        try:
            self._save(services)
        except OSError as error:
            self.services = services
            _log.warning("registry.not-saved", path=str(self._path), reason=error.strerror or str(error))
            if not services:
                # Takes no space; the file says nothing any more that is needed.
                with contextlib.suppress(OSError):
                    self._path.unlink()

    def _save(self, services: dict[str, Registered]) -> None:
        content = _Content(instance=self.instance, services=services)
        self._file.write(content.model_dump_json(indent=1).encode())
        self.services = services
