"""What is registered and wanted, and which process runs for each action; both outlive the supervisor.

`registry.json`                     the services, what is wanted of each, and the id of this registry
`runs/<service>/<action>.json`      the last start of an action, while something of it may still run
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hero_assistance.files import write_atomic
from hero_assistance.supervisor.proctable import Identity
from hero_assistance.supervisor.state_files import REGISTRY_FILE, RUNS_FOLDER
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.hero_proc.wire import Wanted


class StateDamaged(HeroError):
    """A file of the supervisor's state cannot be read."""

    reason = "state-damaged"


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Registered(_Stored):
    """One service, as an operator left it."""

    spec: ServiceSpec
    wanted: Wanted = Wanted.DOWN


class _Content(_Stored):
    instance: str
    services: dict[str, Registered]


class RunRecord(_Stored):
    """One start of an action: who its process is, and the specification it was started by."""

    run: int
    pid: int
    started: str
    boot: str
    started_at_ms: int
    restarts: int = 0
    attempt: int = 0
    done: bool = False
    ready: bool = False
    # What its processes carry in their mark; the id of the registry in it changes when that file is lost.
    owner: str = ""
    spec: ActionSpec

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.started, self.boot)


M = TypeVar("M", bound=BaseModel)


class Registry:
    """The services of one state folder; every change is on the disk before it is answered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        content = _read(folder / REGISTRY_FILE, _Content)
        # The id is part of the mark that each child carries, so that two roots never take each other's children.
        self.instance = content.instance if content else uuid.uuid4().hex
        self.services = dict(content.services) if content else {}
        self.runs = Runs(folder / RUNS_FOLDER)

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


class Runs:
    """The run records: they need not survive the machine's power, since no process does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, service: str, action: str, record: RunRecord) -> None:
        write_atomic(self._path(service, action), record.model_dump_json().encode(), durable=False)

    def load(self, service: str, action: str) -> RunRecord | None:
        return _read(self._path(service, action), RunRecord)

    def forget(self, service: str, action: str) -> None:
        self._path(service, action).unlink(missing_ok=True)

    def all(self) -> list[tuple[str, str, RunRecord]]:
        """Every record, with the names of its service and action."""
        found = [(file.parent.name, file.stem, _read(file, RunRecord)) for file in self._folder.glob("*/*.json")]
        return [
            (service, action, record) for service, action, record in sorted(found, key=lambda row: row[:2]) if record
        ]

    def _path(self, service: str, action: str) -> Path:
        return self._folder / service / f"{action}.json"


def _read(path: Path, model: type[M]) -> M | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise StateDamaged(
            f"{path} cannot be read: {error.errors(include_input=False)[0]['msg']}",
            hint="move it away; what it described is not supervised until it is started again",
        ) from None
