"""The record of the last start of each action: which process runs for it, for the next supervisor to find.

`runs/<service>/<action>.json`, while something of that start may still run. A record need not survive a power cut,
since no process does.
"""

from __future__ import annotations

from pathlib import Path

from hero_assistance.supervisor.process_identity import ProcessIdentity
from hero_assistance.supervisor.registry.stored_model import StoredModel, read_model
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.hero_proc.specs import ActionSpec


class RunRecord(StoredModel):
    """One start of an action: the identity of its process, and the specification it was started with."""

    run: int
    pid: int
    started: str
    boot: str
    started_at_ms: int
    restarts: int = 0
    attempt: int = 0
    done: bool = False
    ready: bool = False
    # The owner in the mark of its processes; its registry id changes when `registry.json` is lost.
    owner: str = ""
    spec: ActionSpec

    @property
    def identity(self) -> ProcessIdentity:
        """The identity of the process."""
        return ProcessIdentity(self.pid, self.started, self.boot)


class RunRecords:
    """Saves, loads and removes the records."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, service: str, action: str, record: RunRecord) -> None:
        """Replace the record of an action."""
        write_atomic(self._path(service, action), record.model_dump_json().encode(), durable=False)

    def load(self, service: str, action: str) -> RunRecord | None:
        """The record of an action, `None` without one; raises `StateDamaged`."""
        return read_model(self._path(service, action), RunRecord)

    def remove(self, service: str, action: str) -> None:
        """Remove the record of an action."""
        self._path(service, action).unlink(missing_ok=True)

    def list_all(self) -> list[tuple[str, str, RunRecord]]:
        """Every record, with the names of its service and action."""
        found = [(file.parent.name, file.stem, read_model(file, RunRecord)) for file in self._folder.glob("*/*.json")]
        return [
            (service, action, record) for service, action, record in sorted(found, key=lambda row: row[:2]) if record
        ]

    def _path(self, service: str, action: str) -> Path:
        return self._folder / service / f"{action}.json"
